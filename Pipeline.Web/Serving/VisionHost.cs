using Microsoft.Extensions.Options;
using Pipeline.Jobs;
using Pipeline.Jobs.Caption;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Runtime;
using Pipeline.Models.Text;
using Pipeline.Models.Vision;
using Pipeline.Web.Security;

namespace Pipeline.Web.Serving;

/// <summary>
/// Vision-language models in memory: the one of the image API, and the last other one that a job or a chat used. All
/// computation happens in turns of <see cref="GenerationQueue"/>, so that no model is used twice at a time or dropped in use.
/// </summary>
internal sealed class VisionHost(
    GenerationQueue queue, IOptions<ServingOptions> serving, IOptions<UploadOptions> uploads, ILogger<VisionHost> log)
    : IImageDescriber, IDisposable
{
    private readonly Lock _gate = new();      // guards the status
    private readonly Lock _inUse = new();     // held while a model loads or answers, and to drop them all
    private bool _closed;
    private VisionLanguageModel? _own;
    private VisionLanguageModel? _other;
    private VisionStatus _status = new(VisionState.Loading, serving.Value.Device);

    /// <summary>State of the image API's model.</summary>
    public VisionStatus Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    /// <summary>Loads the image API's model unless it is loaded, waiting for its turn; a failure shows in <see cref="Status"/>.</summary>
    public async Task PreloadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await queue.RunAsync(
                _ =>
                {
                    lock (_inUse)
                        return Own();
                },
                cancellationToken, waitInQueue: true);
        }
        catch (Exception problem) when (problem is InputException or MissingPrerequisiteException)
        {
            log.VisionModelUnavailable(problem.Message);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ModelLoadingException">The image API's model is not loaded yet, and the question does not wait for it.</exception>
    /// <exception cref="QueueFullException">Too many questions wait, and this one does not wait behind them.</exception>
    public async Task<string> DescribeAsync(ImageQuestion question, CancellationToken cancellationToken)
    {
        if (question.ModelFolder is null && !question.WaitsInQueue && Status.State == VisionState.Loading)
            throw new ModelLoadingException();
        // Decoded before the queue: a bad image is refused at once.
        RgbImage image = await Task.Run(() => Decode(question.Image), cancellationToken);
        GenerationOptions generation =
            new() { MaxNewTokens = Math.Min(question.MaxNewTokens ?? serving.Value.ImageAnswerTokens, serving.Value.MaxNewTokens) };
        ChatMessage[] messages = [VisionLanguageModel.Question(question.Prompt)];
        GenerationResult result = await queue.RunAsync(
            token =>
                Generate(question.ModelFolder, messages, [image], generation, onText: null, token), cancellationToken,
                question.WaitsInQueue);
        return result.Text.Trim();
    }

    /// <summary>Continues a conversation about images. Only inside a turn of <see cref="GenerationQueue"/>.</summary>
    /// <param name="folder">Hub folder; null for the image API's model.</param>
    /// <param name="messages">With <see cref="VisionLanguageModel.ImageMarker"/> for each image.</param>
    /// <param name="images">In the order of their markers.</param>
    /// <param name="generation">How to generate.</param>
    /// <param name="onText">Receives the answer piece by piece.</param>
    /// <param name="cancellationToken">Ends the answer before its next token.</param>
    public GenerationResult Generate(string? folder, IReadOnlyList<ChatMessage> messages, IReadOnlyList<RgbImage> images,
        GenerationOptions generation,
        Action<string>? onText, CancellationToken cancellationToken)
    {
        lock (_inUse)
        {
            VisionLanguageModel model = folder is null ? Own() : At(ProductFiles.Resolve(folder));
            return model.Chat(messages, images, generation, onText, cancellationToken);
        }
    }

    /// <summary>Decodes an image within the upload limits.</summary>
    /// <exception cref="ImageInputException">The image cannot be used.</exception>
    public RgbImage Decode(ReadOnlyMemory<byte> encoded) =>
        ImageDecoder.Decode(encoded.Span, ImageLimits.Default with { MaxBytes = uploads.Value.MaxImageBytes });

    /// <summary>Waits for the answer in progress, then drops all models.</summary>
    public void Dispose()
    {
        lock (_inUse)
        {
            _closed = true;
            _own?.Dispose();
            _other?.Dispose();
        }
    }

    private VisionLanguageModel Own()
    {
        if (_closed)
            throw new OperationCanceledException("the server stops");
        if (_own is { } model)
            return model;
        string device = serving.Value.Device;
        try
        {
            device = TorchRuntime.ResolveDevice(device).type == TorchSharp.DeviceType.CUDA ? "cuda" : "cpu";
            Set(new VisionStatus(VisionState.Loading, device));
            _own = Load(ModelCatalog.VisionFolder(serving.Value) ?? throw new MissingPrerequisiteException(
                "no vision-language model: set Serving:VisionModel to a Qwen2-VL folder (./pipeline pull fetches one), or make the "
                + "starter model with ./pipeline starter."));
            Set(new VisionStatus(VisionState.Ready, device));
            return _own;
        }
        catch (Exception problem) when (problem is InputException or MissingPrerequisiteException)
        {
            Set(new VisionStatus(VisionState.Failed, device, problem.Message));
            // The server lacks something; the request itself is valid.
            throw new MissingPrerequisiteException(problem.Message, problem);
        }
    }

    private VisionLanguageModel At(string folder)
    {
        if (_closed || folder == ModelCatalog.VisionFolder(serving.Value))
            return Own();
        if (_other?.Folder == folder)
            return _other;
        if (_other is { } old)      // before loading: two large models may not fit
        {
            log.UnloadingModel(old.Folder);
            _other = null;
            old.Dispose();
        }
        return _other = Load(folder);
    }

    private VisionLanguageModel Load(string folder)
    {
        log.LoadingModel(folder);
        VisionLanguageModel model = VisionLanguageModel.Load(folder, new ModelLoadOptions { Device = serving.Value.Device });
        if (model.TemplateWarning is { } warning)
            log.TemplateWarning(warning);
        return model;
    }

    private void Set(VisionStatus status)
    {
        lock (_gate)
            _status = status;
    }
}
