using Microsoft.Extensions.Logging;
using Pipeline.Jobs.Dataset.Writing;
using Pipeline.Models.Families;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Dataset;

/// <summary>
/// The base model of a run as writer of rows: loaded on first use and dropped soon after the last call, so that its memory is free for
/// training.
/// </summary>
internal sealed class BaseModelWriter(ILogger<BaseModelWriter> logger) : IDisposable
{
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _turn = new(1);
    private Timer? _idle;
    private LanguageModel? _model;
    private LanguageModelChatClient? _client;

    /// <summary>Uses the model alone.</summary>
    public async Task<T> UseAsync<T>(RunOptions options, Func<LanguageModelChatClient, Task<T>> task, CancellationToken ct)
    {
        string folder = Path.GetFullPath(options.BaseModel);
        await _turn.WaitAsync(ct);
        try
        {
            _idle ??= new Timer(_ => DropIdle());
            _idle.Change(Timeout.Infinite, Timeout.Infinite);
            if (_model is { } other && other.Folder != folder) Drop();
            if (_client is null)
                await Task.Run(() =>
                {
                    TrainingArguments training = RunTraining.Arguments(options);
                    _model = LanguageModel.Load(folder, new ModelLoadOptions { Device = training.Device });
                    _client = new LanguageModelChatClient(_model, training.Template, ModelFingerprint.Of(folder));
                    if (_client.Warning is { } warning) JobsLog.WriterWarning(logger, warning);
                }, ct);
            return await task(_client!);
        }
        finally
        {
            _idle?.Change(IdleAfter, Timeout.InfiniteTimeSpan);
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _idle?.Dispose();
        Drop();
        _turn.Dispose();
    }

    private void DropIdle()
    {
        if (!_turn.Wait(0)) return;             // in use; the timer is set again afterwards
        try
        {
            Drop();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Drop()
    {
        _client?.Dispose();
        _model?.Dispose();
        _client = null;
        _model = null;
    }
}
