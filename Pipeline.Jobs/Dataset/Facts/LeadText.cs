using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>The sentence that announces what comes next: "The following protocols are supported:".</summary>
internal static class LeadText
{
    /// <summary>The last sentence of the paragraph just before a block, where it ends with a colon and says enough; else null.</summary>
    public static string? Before(Chunk chunk, int index)
    {
        if (index == 0 || chunk.Blocks[index - 1] is not { Kind: BlockKind.Paragraph } before)
            return null;
        string text = before.Text.Trim();
        if (!text.EndsWith(':'))
            return null;
        string last = SentenceSplitter.Split(text)[^1].TrimEnd(':', ' ');
        return last.Count(c => c == ' ') is >= 2 and <= 20 && PlainText.IsReadable(last, 10, 140) && !PlainText.LooksLikeCode(last)
            && char.IsUpper(last.FirstOrDefault(char.IsLetter)) ? last : null;
    }
}
