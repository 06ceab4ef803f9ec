using Microsoft.Extensions.Options;
using Pipeline.Jobs;
using Pipeline.Jobs.Caption;
using Pipeline.Models;
using Pipeline.Models.Batching;
using Pipeline.Models.Generation;
using Pipeline.Models.Runtime;
using Pipeline.Models.Text;
using Pipeline.Models.Vision;
using Pipeline.Web.Security;

namespace Pipeline.Web.Serving;

/// <summary>
/// Answers questions about images, for the image API, chats and jobs, many at a time. The image API's model stays in memory.
/// </summary>
internal sealed class VisionHost(
    GenerationQueue queue, ModelMemory memory, IOptions<ServingOptions> serving, IOptions<UploadOptions> uploads, ILogger<VisionHost> log)
    : IImageDescriber
{
    private const string Jobs = "jobs";

    private readonly Lock _gate = new();      // guards the status
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

    /// <summary>Loads the image API's model unless it is loaded; a failure shows in <see cref="Status"/>.</summary>
    public async Task PreloadAsync(CancellationToken cancellationToken)
    {
        try
        {
            (await OwnAsync(cancellationToken)).Dispose();
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
        using GenerationQueue.QueuePlace? place = question.WaitsInQueue ? null : queue.Enter();
        AnswerOrder order = new(generation, question.WaitsInQueue ? Jobs : question.Client)
        {
            OnStarted = () => place?.Start(),
            WaitsInQueue = question.WaitsInQueue,
        };
        return (await GenerateAsync(question.ModelFolder, messages, [image], order, cancellationToken)).Text.Trim();
    }

    /// <summary>Continues a conversation about images.</summary>
    /// <param name="folder">Hub folder; null for the image API's model.</param>
    /// <param name="messages">With <see cref="VisionLanguageModel.ImageMarker"/> for each image.</param>
    /// <param name="images">In the order of their markers.</param>
    /// <param name="order">How to answer.</param>
    /// <param name="cancellationToken">Ends the answer before its next token.</param>
    public async Task<GenerationResult> GenerateAsync(string? folder, IReadOnlyList<ChatMessage> messages, IReadOnlyList<RgbImage> images,
        AnswerOrder order, CancellationToken cancellationToken)
    {
        folder = folder is null ? null : ProductFiles.Resolve(folder);
        if (!memory.Folders.Contains(folder ?? ModelCatalog.VisionFolder(serving.Value)))
            order.OnAccepted?.Invoke();
        using ModelLease<ResidentVision> lease = folder is null || folder == ModelCatalog.VisionFolder(serving.Value)
            ? await OwnAsync(cancellationToken)
            : await memory.UseAsync(folder, Load, isPinned: false, cancellationToken);
        VisionLanguageModel model = lease.Model.Vision;
        if (lease.Model.Scheduler is not { } scheduler)
        {
            order.OnAccepted?.Invoke();
            return await queue.RunAsync(gone =>
            {
                order.OnStarted?.Invoke();
                return model.Chat(messages, images, order.Options, order.OnText, gone);
            }, cancellationToken, waitInQueue: true);
        }
        // Images are scaled here, beside what the model computes for others.
        VisionTextSequence prompt = await Task.Run(() => model.Encode(messages, images), cancellationToken);
        Task<GenerationResult> answer = scheduler.GenerateAsync(new BatchRequest(prompt.Ids)
        {
            Images = prompt.Images,
            Options = order.Options,
            Client = order.Client,
            WaitsInQueue = order.WaitsInQueue,
            OnText = order.OnText,
            OnStarted = order.OnStarted,
        }, cancellationToken);
        order.OnAccepted?.Invoke();
        return await answer;
    }

    /// <summary>Decodes an image within the upload limits.</summary>
    /// <exception cref="ImageInputException">The image cannot be used.</exception>
    public RgbImage Decode(ReadOnlyMemory<byte> encoded) =>
        ImageDecoder.Decode(encoded.Span, ImageLimits.Default with { MaxBytes = uploads.Value.MaxImageBytes });

    private async Task<ModelLease<ResidentVision>> OwnAsync(CancellationToken cancellationToken)
    {
        string device = serving.Value.Device;
        try
        {
            device = TorchRuntime.ResolveDevice(device).type == TorchSharp.DeviceType.CUDA ? "cuda" : "cpu";
            if (Status.State != VisionState.Ready)
                Set(new VisionStatus(VisionState.Loading, device));
            string folder = ModelCatalog.VisionFolder(serving.Value) ?? throw new MissingPrerequisiteException(
                "no vision-language model: set Serving:VisionModel to a Qwen2-VL folder (./pipeline pull fetches one), or make the "
                + "starter model with ./pipeline starter.");
            ModelLease<ResidentVision> lease = await memory.UseAsync(folder, Load, isPinned: true, cancellationToken);
            Set(new VisionStatus(VisionState.Ready, device));
            return lease;
        }
        catch (Exception problem) when (problem is InputException or MissingPrerequisiteException)
        {
            Set(new VisionStatus(VisionState.Failed, device, problem.Message));
            // The server lacks something; the request itself is valid.
            throw new MissingPrerequisiteException(problem.Message, problem);
        }
    }

    private ResidentVision Load(ModelPlan plan)
    {
        ResidentVision model = new(plan, serving.Value.Device, queue);
        if (model.Vision.TemplateWarning is { } warning)
            log.TemplateWarning(warning);
        return model;
    }

    private void Set(VisionStatus status)
    {
        lock (_gate)
            _status = status;
    }
}
