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
    private readonly IdleModel<Loaded> _model = new(TimeSpan.FromSeconds(10));

    /// <summary>Uses the model alone.</summary>
    public Task<T> UseAsync<T>(RunOptions options, Func<LanguageModelChatClient, Task<T>> task, CancellationToken ct)
    {
        string folder = Path.GetFullPath(options.BaseModel);
        return _model.UseAsync(folder, () => Load(folder, RunTraining.Arguments(options)), model => task(model.Client), ct);
    }

    public void Dispose() => _model.Dispose();

    private Loaded Load(string folder, TrainingArguments training)
    {
        LanguageModel model = LanguageModel.Load(folder, new ModelLoadOptions { Device = training.Device });
        try
        {
            LanguageModelChatClient client = new(model, training.Template, ModelFingerprint.Of(folder));
            if (client.Warning is { } warning) JobsLog.WriterWarning(logger, warning);
            return new Loaded(model, client);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private sealed record Loaded(LanguageModel Model, LanguageModelChatClient Client) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Model.Dispose();
        }
    }
}
