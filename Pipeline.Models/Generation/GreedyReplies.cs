using Pipeline.Models.Families;
using Pipeline.Models.Runtime;
using Pipeline.Models.Text;

namespace Pipeline.Models.Generation;

/// <summary>Many prompts answered without sampling, a batch at a time.</summary>
internal static class GreedyReplies
{
    /// <summary>Replies in the order of the prompts; memory is not collected in the middle of a batch.</summary>
    /// <param name="model">The model with whatever adapter is attached.</param>
    /// <param name="template">What the prompts were encoded with: it says where replies end.</param>
    /// <param name="prompts">Token ids.</param>
    /// <param name="batchSize">Prompts at a time.</param>
    /// <param name="longest">Tokens after which a reply is cut.</param>
    /// <param name="stopping">Checked between tokens.</param>
    public static IEnumerable<GenerationResult> Of(LanguageModel model, ChatTemplate template, IEnumerable<IReadOnlyList<int>> prompts,
        int batchSize, int longest, CancellationToken stopping)
    {
        TextGenerator generator = new(model);
        GenerationOptions options = new() { MaxNewTokens = longest, StopTokenIds = template.StopTokenIds(model.Tokenizer) };
        return prompts.Chunk(batchSize).SelectMany(batch => CollectionPause.Run(() => generator.Generate(batch, options, stopping)));
    }
}
