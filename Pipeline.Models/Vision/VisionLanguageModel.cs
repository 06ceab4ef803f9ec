using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Layers;
using Pipeline.Models.Runtime;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Models.Vision;

/// <summary>
/// A Qwen2-VL model folder ready to answer questions about images: model, tokenizer, image preprocessing and chat
/// template. Not for concurrent use.
/// </summary>
public sealed class VisionLanguageModel : IDisposable
{
    /// <summary>Marks the place of an image in a message's content; one per image, in order.</summary>
    public const string ImageMarker = "<|vision_start|><|image_pad|><|vision_end|>";

    /// <summary>Images above this many pixels are scaled down, even where the model's own limit is higher: 1,280 tokens.</summary>
    public const int DefaultMaxPixels = 1280 * 28 * 28;

    private readonly ChatTemplate _template;
    private readonly IReadOnlyList<int> _endTokens;

    private VisionLanguageModel(string folder, Qwen2VlModel model, HubTokenizer tokenizer, ImagePreprocessor preprocessor,
        ChosenTemplate chosen)
    {
        (Folder, Model, Tokenizer, Preprocessor) = (folder, model, tokenizer, preprocessor);
        (_template, TemplateWarning) = (chosen.Template, chosen.Warning);
        _endTokens = [.. model.Config.Text.EndTokensIn(folder), .. _template.StopTokenIds(tokenizer)];
    }

    /// <summary>Full path of the model folder.</summary>
    public string Folder { get; }

    /// <summary>The model itself, weights frozen.</summary>
    public Qwen2VlModel Model { get; }

    /// <summary>Text to ids and back.</summary>
    public HubTokenizer Tokenizer { get; }

    /// <summary>Pixels to patches.</summary>
    public ImagePreprocessor Preprocessor { get; }

    /// <summary>Ids that end an answer.</summary>
    internal IReadOnlyList<int> EndTokens => _endTokens;

    /// <summary>What the user should know about the choice of chat template, or null.</summary>
    public string? TemplateWarning { get; }

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">Folder with <c>config.json</c>, weights, <c>tokenizer.json</c> and <c>preprocessor_config.json</c>.</param>
    /// <param name="options">Device and precision.</param>
    /// <param name="maxPixels">Larger images are scaled down to this many pixels, or to the model's own limit if lower.</param>
    /// <exception cref="InputException">Folder or files are missing, damaged, mismatched or not supported.</exception>
    public static VisionLanguageModel Load(string folder, ModelLoadOptions? options = null, int maxPixels = DefaultMaxPixels)
    {
        options ??= new ModelLoadOptions();
        folder = Path.GetFullPath(folder);
        Qwen2VlConfig config = Qwen2VlConfig.Load(folder);
        PreprocessorConfig pixels = PreprocessorConfig.Load(folder);
        if ((pixels.PatchSize, pixels.MergeSize, pixels.TemporalPatchSize) != (config.Vision.PatchSize, config.Vision.SpatialMergeSize,
            config.Vision.TemporalPatchSize))
            throw new InputException(
                $"{folder}: preprocessor_config.json and vision_config in config.json disagree on patch, merge or temporal patch size; "
                + $"take both files from the same model.");
        HubTokenizer tokenizer = HubTokenizer.Load(folder);
        if (tokenizer.TokenToId("<|image_pad|>") != config.ImageTokenId)
            throw new InputException(
                $"{folder}: <|image_pad|> in tokenizer.json is {tokenizer.TokenToId("<|image_pad|>")?.ToString() ?? "missing"}, "
                + $"image_token_id in config.json is {config.ImageTokenId}; take both files from the same model.");
        ChosenTemplate template = TemplateRule.Choose(folder, config.Text, tokenizer);
        pixels = pixels with { MaxPixels = Math.Max(pixels.MinPixels, Math.Min(pixels.MaxPixels, maxPixels)) };

        Device device = TorchRuntime.ResolveDevice(options.Device);
        Qwen2VlModel model = Qwen2VlModel.Load(folder, options.DTypeOn(device), device, options.QuantizationBits,
            options.QuantizedStorage);
        foreach (Parameter parameter in model.parameters())
            parameter.requires_grad_(false);
        return new VisionLanguageModel(folder, model, tokenizer, new ImagePreprocessor(pixels), template);
    }

    /// <summary>Answers a question about an image.</summary>
    /// <param name="encodedImage">JPG, PNG, BMP, TIFF, GIF or WebP.</param>
    /// <param name="prompt">The question.</param>
    /// <param name="options">How to generate; greedy by default.</param>
    /// <param name="onText">Receives the answer piece by piece.</param>
    /// <param name="cancellation">Ends the answer before its next token.</param>
    /// <exception cref="ImageInputException">The image cannot be used.</exception>
    /// <exception cref="InputException">The prompt is too long, contains an image marker, or an option is out of range.</exception>
    public string Describe(ReadOnlyMemory<byte> encodedImage, string prompt, GenerationOptions? options = null,
        Action<string>? onText = null,
        CancellationToken cancellation = default) =>
        Chat([Question(prompt)], [ImageDecoder.Decode(encodedImage.Span)], options, onText,
        cancellation).Text.Trim();

    /// <summary>Answers one question about several images at once; each answer is what the image alone would get.</summary>
    /// <inheritdoc cref="Describe(ReadOnlyMemory{byte}, string, GenerationOptions?, Action{string}?, CancellationToken)"/>
    /// <param name="encodedImages">JPG, PNG, BMP, TIFF, GIF or WebP each.</param>
    /// <param name="prompt">The question.</param>
    /// <param name="options">How to generate; greedy by default.</param>
    /// <param name="cancellation">Ends all answers before their next token.</param>
    public IReadOnlyList<string> Describe(IReadOnlyList<ReadOnlyMemory<byte>> encodedImages, string prompt,
        GenerationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(encodedImages);
        VisionTextSequence[] sequences = [.. encodedImages.Select(image =>
            Encode([Question(prompt)], [ImageDecoder.Decode(image.Span)]))];
        return sequences.Length == 0 ? [] : [.. Generate(sequences, options, null, cancellation).Select(r => r.Text.Trim())];
    }

    /// <summary>Continues a conversation about any number of images.</summary>
    /// <param name="messages">
    /// Ends with the user's message; <see cref="ImageMarker"/> stands for each image (<see cref="ChatMessage.WithImages"/>).
    /// </param>
    /// <param name="images">The images in marker order.</param>
    /// <param name="options">How to generate; greedy by default.</param>
    /// <param name="onText">Receives the answer piece by piece.</param>
    /// <param name="cancellation">Ends the answer before its next token.</param>
    /// <exception cref="InputException">Marker and image counts differ, the chat is too long, or an option is out of range.</exception>
    public GenerationResult Chat(IReadOnlyList<ChatMessage> messages, IReadOnlyList<RgbImage> images, GenerationOptions? options = null,
        Action<string>? onText = null, CancellationToken cancellation = default) =>
        Generate([Encode(messages, images)], options, onText, cancellation)[0];

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    /// <summary>A question about one image, which stands before it.</summary>
    /// <param name="prompt">The question; control tokens in it stay text.</param>
    public static ChatMessage Question(string prompt) => ChatMessage.WithImages("user", ImageMarker, [null, prompt]);

    /// <summary>Token ids with each image token repeated as often as its image needs, and the images as patches.</summary>
    /// <param name="messages">Ends with the user's message; <see cref="ImageMarker"/> stands for each image.</param>
    /// <param name="images">The images in marker order.</param>
    /// <exception cref="InputException">Marker and image counts differ, or the chat is too long.</exception>
    public VisionTextSequence Encode(IReadOnlyList<ChatMessage> messages, IReadOnlyList<RgbImage> images)
    {
        int[] ids = _template.EncodeHistory(Tokenizer, messages);
        int markers = ids.Count(id => id == Model.Config.ImageTokenId);
        if (markers != images.Count)
            throw new InputException(
                $"the messages have {markers} image markers for {images.Count} images; take <|image_pad|> out of the text.");
        ImagePatches[] patches = [.. images.Select(Preprocessor.Process)];
        List<int> expanded = new(ids.Length);
        int next = 0;
        foreach (int id in ids)
            expanded.AddRange(Enumerable.Repeat(id, id == Model.Config.ImageTokenId
                ? patches[next++].Grid.Tokens(Preprocessor.Config.MergeSize) : 1));
        int room = Model.Config.Text.MaxPositionEmbeddings;
        if (expanded.Count >= room)
            throw new InputException(
                $"the question with its images has {expanded.Count} tokens, the model takes {room} with the answer "
                + $"(max_position_embeddings); shorten it or use smaller images.");
        return new VisionTextSequence(expanded, patches);
    }

    private GenerationResult[] Generate(IReadOnlyList<VisionTextSequence> sequences, GenerationOptions? options, Action<string>? onText,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        DecoderModel text = Model.Text;
        int longest = sequences.Max(s => s.Ids.Count);
        DecodingLoop loop = new(Tokenizer, options ?? new GenerationOptions(), _endTokens, text.Config.MaxPositionEmbeddings - longest);

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using VisionTextBatch batch = VisionTextBatch.Create(sequences, Model.Config, text.Device);
        using KvCache cache = text.CreateCache();
        long[] positions = [.. batch.NextPositions];
        Tensor? mask = batch.AttentionMask;
        Tensor scores = Scores(Model.ForwardHidden(batch, cache));
        return loop.Run([.. sequences.Select(s => s.Ids)], scores, Step, onText, cancellation);

        Tensor Step(Tensor ids)
        {
            Tensor place = tensor(positions, device: text.Device).unsqueeze(1);   // text: the same on all three axes
            for (int row = 0; row < positions.Length; row++)
                positions[row]++;
            if (mask is not null)
                mask = cat([mask, ones_like(ids)], 1).MoveToOuterDisposeScope();
            return Scores(text.ForwardEmbeddings(text.Embed(ids), place, mask, cache));
        }

        Tensor Scores(Tensor hidden) => text.Logits(hidden.select(1, hidden.shape[1] - 1));
    }
}
