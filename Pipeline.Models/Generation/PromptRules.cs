using Pipeline.Models.Families;

namespace Pipeline.Models.Generation;

/// <summary>Which prompts a model can continue.</summary>
internal static class PromptRules
{
    /// <exception cref="InputException">A prompt is empty, too long for the model, or of another tokenizer.</exception>
    public static void Check(DecoderConfig config, params IReadOnlyList<IReadOnlyList<int>> prompts)
    {
        int longest = prompts.Max(p => p.Count);
        if (prompts.Any(p => p.Count == 0))
            throw new InputException("The prompt is empty; give at least one token.");
        if (longest >= config.MaxPositionEmbeddings)
            throw new InputException(
                $"The prompt has {longest} tokens, the model takes {config.MaxPositionEmbeddings} with the answer "
                + $"(max_position_embeddings); shorten it.");
        if (prompts.SelectMany(p => p).FirstOrDefault(id => id < 0 || id >= config.VocabSize, -1) is not -1 and var wrong)
            throw new InputException(
                $"The prompt has the token id {wrong}, the model knows 0 to {config.VocabSize - 1}; it belongs to another tokenizer.");
    }
}
