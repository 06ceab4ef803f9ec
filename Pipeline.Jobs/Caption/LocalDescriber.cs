using Microsoft.Extensions.Logging;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Vision;

namespace Pipeline.Jobs.Caption;

/// <summary>
/// The vision model of a process that is not a server: loaded on first use and dropped soon after the last question, so that
/// its memory is free for training.
/// </summary>
internal sealed class LocalDescriber(ILogger<LocalDescriber> logger) : IImageDescriber, IDisposable
{
    private readonly IdleModel<VisionLanguageModel> _model = new(TimeSpan.FromSeconds(5));

    public Task<string> DescribeAsync(ImageQuestion question, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(question.ModelFolder
            ?? throw new ArgumentException("this process has no model of its own; name a folder", nameof(question)));
        return _model.UseAsync(folder, () => Load(folder), model => Task.Run(() => model.Describe(question.Image, question.Prompt,
            new GenerationOptions { MaxNewTokens = question.MaxNewTokens ?? 96 }, null, cancellationToken), cancellationToken),
            cancellationToken);
    }

    public void Dispose() => _model.Dispose();

    private VisionLanguageModel Load(string folder)
    {
        VisionLanguageModel model = VisionLanguageModel.Load(folder, new ModelLoadOptions());
        if (model.TemplateWarning is { } warning) JobsLog.TemplateWarning(logger, warning);
        return model;
    }
}
