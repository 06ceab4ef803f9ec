using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>The part of a chunk that a row's answer must rest on.</summary>
internal static partial class AnswerSource
{
    /// <summary>
    /// The evidence with the sentences it is part of, the heads of the tables it comes from, title and headings. Without evidence the
    /// blocks that the row names, and without them the whole chunk.
    /// </summary>
    public static string Of(Chunk chunk, Row row)
    {
        StringBuilder text = new();
        text.AppendLine(chunk.Title).AppendJoin('\n', chunk.Headings).AppendLine();
        HashSet<string> named = [.. row.Sources.Select(s => s.Block)];
        ChunkBlock[] blocks = [.. chunk.Blocks.Where(b => named.Contains(b.Source.Block))];
        if (row.Evidence.Length == 0)
        {
            foreach (ChunkBlock block in blocks.Length > 0 ? blocks : [.. chunk.Blocks])
                text.AppendLine(block.Text).AppendJoin('\n', block.Table?.Rows.Select(r => string.Join(" | ", r)) ?? []).AppendLine();
            return text.ToString();
        }
        text.AppendLine(row.Evidence);
        string evidence = TextWords.Flat(row.Evidence);
        foreach (ChunkBlock block in chunk.Blocks)
        {
            if (block.Table is DocumentTable table)
            {
                if (named.Contains(block.Source.Block))
                    text.AppendLine(table.Caption).AppendJoin('\n', table.Rows.Take(Math.Max(1, table.HeaderRows))
                        .Select(r => string.Join(" | ", r))).AppendLine();
                continue;
            }
            foreach (string sentence in Sentences().Split(TextWords.Flat(block.Text)))
                if (sentence.Length > 0 && (sentence.Contains(evidence, StringComparison.Ordinal)
                    || sentence.Length > 8 && evidence.Contains(sentence, StringComparison.Ordinal)
                    || Overlaps(sentence, evidence)))
                    text.AppendLine(sentence);
        }
        return text.ToString();
    }

    // Evidence over the border of two sentences holds the end of one and the start of the other.
    private static bool Overlaps(string sentence, string evidence)
    {
        const int edge = 20;
        return sentence.Length > edge && evidence.Length > edge
            && (evidence.Contains(sentence[^edge..], StringComparison.Ordinal)
            && sentence.Contains(evidence[..edge], StringComparison.Ordinal)
                || evidence.Contains(sentence[..edge], StringComparison.Ordinal)
                && sentence.Contains(evidence[^edge..], StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(?<=[.!?。！？]) ")]
    private static partial Regex Sentences();
}
