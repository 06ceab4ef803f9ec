using Pipeline.Models.Datasets;
using Pipeline.Models.Text;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Models.Training.Batches;

/// <summary>General text as tokens, for <c>retention</c>.</summary>
internal static class RetentionExamples
{
    private const int LongestProse = 256; // tokens; a longer paragraph is divided, so that no step is filled by one

    /// <summary>The general text that the arguments ask for, as it stands in the files; empty without retention.</summary>
    /// <remarks>With <c>replay</c>, the product's set holds only questions for the base: see <see cref="ReplayAnswers"/>.</remarks>
    /// <exception cref="InputException">The file cannot be read, or nothing of it is left.</exception>
    public static IReadOnlyList<TokenizedExample> Load(TrainingArguments arguments, HubTokenizer tokenizer, ChatTemplate template,
        int cutoff)
    {
        if (arguments.Retention == "none" || AsksBase(arguments))
            return [];
        IReadOnlyList<GeneralRow> rows = arguments.RetentionDataset is { } file
            ? GeneralText.Read(file) : GeneralText.ForRetention(arguments.RetentionLanguages);
        TokenizedExample[] examples = [.. rows.SelectMany(row => Encode(row, template, tokenizer, cutoff))];
        return examples.Length > 0 ? examples
            : throw new InputException($"retention_dataset: {arguments.RetentionDataset} holds no text of two tokens or more");
    }

    /// <summary>Whether the base answers the questions itself.</summary>
    public static bool AsksBase(TrainingArguments arguments) => arguments.Replays && arguments.RetentionDataset is null;

    /// <summary>The tokens of a conversation, its answers as labels; or of prose, all of it labels, in pieces.</summary>
    public static IEnumerable<TokenizedExample> Encode(GeneralRow row, ChatTemplate template, HubTokenizer tokenizer, int cutoff)
    {
        if (row.Example is { } example)
        {
            TokenizedExample encoded = TokenizedExample.Encode(example, template, tokenizer, cutoff);
            return TrainingBatch.CountTargets(encoded) > 0 ? [encoded] : [];
        }
        return TokenizedExample.Continuations(row.Text, tokenizer, Math.Min(cutoff, LongestProse));
    }
}
