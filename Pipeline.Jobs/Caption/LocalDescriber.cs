using Microsoft.Extensions.Logging;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Vision;

namespace Pipeline.Jobs.Caption;

/// <summary>
/// The vision model of a process that is not a server: loaded on first use and dropped soon after the last question, so that
/// its memory is free for training.
/// </summary>
internal sealed class LocalDescriber : IImageDescriber, IDisposable
{
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ILogger<LocalDescriber> _logger;
    private readonly Timer _idle;
    private VisionLanguageModel? _model;

    public LocalDescriber(ILogger<LocalDescriber> logger)
    {
        _logger = logger;
        _idle = new Timer(_ => DropIdle());
    }

    public async Task<string> DescribeAsync(ImageQuestion question, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(question.ModelFolder
            ?? throw new ArgumentException("this process has no model of its own; name a folder", nameof(question)));
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _idle.Change(Timeout.Infinite, Timeout.Infinite);
            return await Task.Run(() =>
            {
                if (_model is { } other && other.Folder != folder) Drop();
                _model ??= Load(folder);
                return _model.Describe(question.Image, question.Prompt,
                    new GenerationOptions { MaxNewTokens = question.MaxNewTokens ?? 96 }, null, cancellationToken);
            }, cancellationToken);
        }
        finally
        {
            _idle.Change(IdleAfter, Timeout.InfiniteTimeSpan);
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _idle.Dispose();
        Drop();
        _turn.Dispose();
    }

    private VisionLanguageModel Load(string folder)
    {
        VisionLanguageModel model = VisionLanguageModel.Load(folder, new ModelLoadOptions());
        if (model.TemplateWarning is { } warning) JobsLog.TemplateWarning(_logger, warning);
        return model;
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
        _model?.Dispose();
        _model = null;
    }
}
