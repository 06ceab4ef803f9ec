using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.AI;
using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Runtime;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;
using ModelChatMessage = Pipeline.Models.Text.ChatMessage;
using SentMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>
/// A loaded model as a chat client: greedy, one call at a time, with counts of tokens. Sampling settings and formats of replies are
/// ignored. The model is the caller's and stays loaded.
/// </summary>
internal sealed class LanguageModelChatClient : IChatClient
{
    private const long SmallBelow = 3_000_000_000;          // weights; below, JSON is seldom valid
    private const long AbleFrom = 1_000_000_000;
    private readonly LanguageModel _model;
    private readonly ChatTemplate _template;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly string _fingerprint;

    /// <param name="model">The model.</param>
    /// <param name="template">Name of its chat template; null for its own.</param>
    /// <param name="fingerprint">What tells its weights from others of the same name, for the cache; null for the name alone.</param>
    /// <exception cref="InputException">The template does not fit.</exception>
    public LanguageModelChatClient(LanguageModel model, string? template = null, string? fingerprint = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _template = TemplateRule.Choose(model, template, adapterFolder: null).Template;
        _fingerprint = fingerprint is null ? "" : $"@{fingerprint[..Math.Min(12, fingerprint.Length)]}";
        DecoderConfig shape = model.Decoder.Config;             // not counted from tensors: quantized ones hold several weights each
        Parameters = (long)shape.VocabSize * shape.HiddenSize
            + (long)shape.NumHiddenLayers * shape.HiddenSize * (4L * shape.HiddenSize + 3L * shape.IntermediateSize);
    }

    /// <summary>Number of weights, by the shape of a usual decoder.</summary>
    public long Parameters { get; }

    /// <summary>Whether it is asked in plain lines instead of JSON.</summary>
    public bool IsSmall => Parameters < SmallBelow;

    /// <summary>
    /// What somebody must know who lets this model write, or null. With 135 M weights, 2 of 72 questions asked of it about sentences of
    /// manuals could be used, and none of its pairs of question and answer.
    /// </summary>
    public string? Warning => Parameters >= AbleFrom ? null : string.Create(CultureInfo.InvariantCulture,
        $"the base model has {Parameters / 1_000_000.0:F0} million weights; models of fewer than {AbleFrom / 1_000_000} million write "
        + $"next to no usable row: let an endpoint write, or do without a model");

    /// <summary>Name of the model in the cache and in rows.</summary>
    public string ModelName => $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(_model.Folder))}{_fingerprint}";

    /// <exception cref="ModelCallException">The prompt does not fit into the model.</exception>
    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<SentMessage> messages, ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ModelChatMessage[] asked = [.. messages.Select(m => new ModelChatMessage(m.Role.Value, m.Text))];
        int[] prompt = _template.EncodePrompt(_model.Tokenizer, asked);
        int most = _model.Decoder.Config.MaxPositionEmbeddings;
        if (prompt.Length >= most)
            throw new ModelCallException(string.Create(CultureInfo.InvariantCulture,
                $"the prompt has {prompt.Length} tokens and the model takes {most} with the answer"));
        GenerationOptions generation = new()
        {
            MaxNewTokens = options?.MaxOutputTokens ?? 512,
            StopTokenIds = _template.StopTokenIds(_model.Tokenizer),
        };
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Off the caller's thread; no collection during native calls.
            GenerationResult result = await Task.Run(() => Generate(prompt, generation, cancellationToken), cancellationToken);
            return new ChatResponse(new SentMessage(ChatRole.Assistant, result.Text))
            {
                ModelId = ModelName,
                FinishReason = result.FinishReason == GenerationResult.Stop ? ChatFinishReason.Stop : ChatFinishReason.Length,
                Usage = new UsageDetails
                {
                    InputTokenCount = result.PromptTokens,
                    OutputTokenCount = result.TokenIds.Count,
                    TotalTokenCount = result.PromptTokens + result.TokenIds.Count,
                },
            };
        }
        finally
        {
            _turn.Release();
        }
    }

    private GenerationResult Generate(int[] prompt, GenerationOptions generation, CancellationToken ct)
    {
        try
        {
            return Run();
        }
        catch (ExternalException)
        {
            // A collection that the pause could not hold off, for want of memory, hits a native call once in many thousands; a greedy
            // reply has no other state than its prompt.
            return Run();
        }

        GenerationResult Run() => CollectionPause.Run(() => new TextGenerator(_model).Generate(prompt, generation, cancellation: ct));
    }

    /// <summary>The whole reply as one update.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<SentMessage> messages,
        ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatResponse response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (ChatResponseUpdate update in response.ToChatResponseUpdates()) yield return update;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType?.IsInstanceOfType(this) == true ? this : null;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
