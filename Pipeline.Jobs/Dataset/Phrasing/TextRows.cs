using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Phrasing;

/// <summary>The clean text of chunks as rows of running text, under the title and headings that say what it is about.</summary>
public static class TextRows
{
    private const string Version = "1";

    /// <summary>One row; none for a chunk without words.</summary>
    public static IReadOnlyList<Row> Write(Chunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        string text = chunk.Text.Trim();
        if (!text.Any(char.IsLetter))
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
}
