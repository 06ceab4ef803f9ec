using Pipeline.Jobs.Dataset.Languages;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>
/// Questions quote titles and headings, so a chunk of a few words, or with a quotation in it, is of the language of its document: a
/// Spanish guide shows files in English, and is still to be asked about in Spanish.
/// </summary>
internal static class ChunkLanguages
{
    private const int ShortestParagraph = 40;       // characters that tell a language
    private const double Main = 0.6;                // share of the tokens in the language of a document
    private const double Enough = 0.3;              // share of the prose of a chunk

    /// <summary>The chunks of one document, in their order.</summary>
    public static IReadOnlyList<Chunk> Settle(IReadOnlyList<Chunk> chunks, LanguageDetector detector)
    {
        Chunk[] known = [.. chunks.Where(chunk => chunk.Language != LanguageDetector.Unknown)];
        IGrouping<string, Chunk>? most = known.GroupBy(chunk => chunk.Language, StringComparer.Ordinal)
            .OrderByDescending(group => group.Sum(chunk => (long)chunk.Tokens)).ThenBy(group => group.Key, StringComparer.Ordinal)
            .FirstOrDefault();
        if (most is null || most.Sum(chunk => (long)chunk.Tokens) < Main * known.Sum(chunk => (long)chunk.Tokens))
            return chunks;
        return [.. chunks.Select(chunk => chunk.Language != most.Key && Belongs(chunk, most.Key, detector)
            ? chunk with { Language = most.Key } : chunk)];
    }

    /// <summary>Whether enough of its paragraphs are in that language, or none is in any other.</summary>
    private static bool Belongs(Chunk chunk, string language, LanguageDetector detector)
    {
        int own = 0, other = 0;
        foreach (ChunkBlock block in chunk.Blocks)
        {
            if (block.Kind is not (BlockKind.Paragraph or BlockKind.ListItem) || block.Text.Length < ShortestParagraph)
                continue;
            string found = detector.Of(block.Text);
            if (found == language) own += block.Text.Length;
            else if (found != LanguageDetector.Unknown) other += block.Text.Length;
        }
        return other == 0 ? own > 0 || chunk.Language == LanguageDetector.Unknown : own >= Enough * (own + other);
    }
}
