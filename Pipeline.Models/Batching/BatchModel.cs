using Pipeline.Models.Families;
using Pipeline.Models.Text;
using Pipeline.Models.Vision;

namespace Pipeline.Models.Batching;

/// <summary>What a <see cref="BatchScheduler"/> needs to know about a model. Does not own it.</summary>
public sealed class BatchModel
{
    private BatchModel(DecoderModel decoder, HubTokenizer tokenizer, IReadOnlyList<int> endTokens, Qwen2VlModel? vision)
    {
        (Decoder, Tokenizer, EndTokens, Vision) = (decoder, tokenizer, endTokens, vision);
    }

    internal DecoderModel Decoder { get; }

    internal HubTokenizer Tokenizer { get; }

    internal IReadOnlyList<int> EndTokens { get; }

    internal Qwen2VlModel? Vision { get; }

    /// <summary>A language model.</summary>
    public static BatchModel Of(LanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new BatchModel(model.Decoder, model.Tokenizer, model.EndTokenIds, null);
    }

    /// <summary>A vision-language model.</summary>
    public static BatchModel Of(VisionLanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new BatchModel(model.Model.Text, model.Tokenizer, model.EndTokens, model.Model);
    }

    /// <summary>A decoder without a checkpoint, for measurements: nothing ends its answers but their length.</summary>
    internal static BatchModel Of(DecoderModel decoder, HubTokenizer tokenizer) => new(decoder, tokenizer, [], null);
}
