using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Generation;

/// <summary>Generates text with a language model, one prompt or several at once. Not for concurrent use of one model.</summary>
public sealed class TextGenerator(LanguageModel model)
{
    /// <summary>Continues one prompt.</summary>
    /// <param name="promptIds">Tokens, as a chat template makes them.</param>
    /// <param name="options">How to generate.</param>
    /// <param name="onText">Receives the text piece by piece, never half a character; called on the caller's thread.</param>
    /// <param name="cancellation">Ends the generation before its next token.</param>
    /// <exception cref="InputException">The prompt is empty or too long for the model, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public GenerationResult Generate(IReadOnlyList<int> promptIds, GenerationOptions? options = null, Action<string>? onText = null,
        CancellationToken cancellation = default) => Run([promptIds], options, onText, cancellation)[0];

    /// <summary>Continues several prompts together, padded on the left; each result is what its prompt alone would give.</summary>
    /// <param name="prompts">Tokens of each prompt.</param>
    /// <param name="options">How to generate.</param>
    /// <param name="cancellation">Ends the generation before its next token.</param>
    /// <exception cref="InputException">A prompt is empty or too long for the model, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<GenerationResult> Generate(IReadOnlyList<IReadOnlyList<int>> prompts, GenerationOptions? options = null,
        CancellationToken cancellation = default) => prompts.Count == 0 ? [] : Run(prompts, options, null, cancellation);

    private GenerationResult[] Run(IReadOnlyList<IReadOnlyList<int>> prompts, GenerationOptions? options, Action<string>? onText,
        CancellationToken cancellation)
    {
        options ??= new GenerationOptions();
        DecoderModel decoder = model.Decoder;
        PromptRules.Check(decoder.Config, prompts);
        int longest = prompts.Max(p => p.Count);
        DecodingLoop loop = new(model.Tokenizer, options, model.EndTokenIds, decoder.Config.MaxPositionEmbeddings - longest);
        cancellation.ThrowIfCancellationRequested();

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using KvCache cache = decoder.CreateCache();
        (Tensor ids, Tensor? mask) = LeftPadded(prompts, longest, decoder.Device);
        Tensor scores = Scores(decoder.Forward(ids, mask, cache));
        return loop.Run(prompts, scores, Step, onText, cancellation);

        Tensor Step(Tensor next)
        {
            if (mask is not null)
            {
                Tensor longer = cat([mask, ones_like(next)], 1).DetachFromDisposeScope();
                mask.Dispose();
                mask = longer;
            }
            return Scores(decoder.Forward(next, mask, cache));
        }

        Tensor Scores(Tensor hidden) => decoder.Logits(hidden.narrow(1, hidden.shape[1] - 1, 1)).squeeze(1);
    }

    /// <returns>Ids and mask, [batch, longest]; no mask when all prompts have the same length.</returns>
    private static (Tensor Ids, Tensor? Mask) LeftPadded(IReadOnlyList<IReadOnlyList<int>> prompts, int longest, Device device)
    {
        long[,] ids = new long[prompts.Count, longest];
        long[,] mask = new long[prompts.Count, longest];
        for (int row = 0; row < prompts.Count; row++)
        {
            int start = longest - prompts[row].Count;
            for (int i = start; i < longest; i++)
                (ids[row, i], mask[row, i]) = (prompts[row][i - start], 1);
        }
        bool padded = prompts.Any(p => p.Count < longest);
        return (tensor(ids, device: device), padded ? tensor(mask, device: device) : null);
    }
}
