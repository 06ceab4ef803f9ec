using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Languages;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Phrasing;

/// <summary>The clean text of chunks as rows of running text, under the title and headings that say what it is about.</summary>
public static partial class TextRows
{
    private const string Version = "1";
    private const int LongestRead = 20_000;      // characters

    /// <summary>One row; none for a chunk that is not mostly running text, such as tables, music and listings of programs.</summary>
    public static IReadOnlyList<Row> Write(Chunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        string text = chunk.Text.Trim();
        if (!IsRunningText(chunk))
            return [];
        string title = chunk.Title.Trim();
        string path = string.Join(" – ", chunk.Headings.Select(heading => heading.Trim()).Where(heading => heading.Length > 0
            && heading != title));
        string head = string.Join('\n', new[] { title, path }.Where(line => line.Length > 0));
        return [RowHash.WithHash(new Row
        {
            Hash = "",
            Type = RowType.Text,
            Language = chunk.Language,
            Text = head.Length == 0 ? text : $"{head}\n\n{text}",
            Sources = [.. chunk.Blocks.Select(block => block.Source)],
            Chunk = chunk.Id,
            Section = $"{chunk.DocumentSha256}/{chunk.Section}",
            Evidence = text,
            Generator = new RowGenerator("text", "text.chunk.1", Version),
        })];
    }

    private static bool IsRunningText(Chunk chunk)
    {
        string prose = string.Join('\n', chunk.Blocks.Where(block => block.Kind is BlockKind.Paragraph or BlockKind.ListItem
            or BlockKind.Caption).Select(block => block.Text));
        int all = chunk.Blocks.Sum(block => block.Text.Length);
        return 2 * prose.Length >= all && SentenceEnd().IsMatch(prose) && ProseWords.Of(prose, LongestRead) is { } words
            && (words.Script is not null || (words.Words > 0 && words.IsMostlyProse));
    }

    [GeneratedRegex(@"\p{L}[\p{L}\p{N})\]”’»"" ]{0,4}[.!?:;](?:[\s)”’»""]|$)|[。！？：；]|[.؟।]$", RegexOptions.Multiline)]
    private static partial Regex SentenceEnd();
}
