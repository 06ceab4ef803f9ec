namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>A table of a document.</summary>
public sealed record DocumentTable
{
    /// <summary>Unique in the document: <c>table-2</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Page, from 1.</summary>
    public required int Page { get; init; }

    /// <summary>Where it is on the page.</summary>
    public required Box Box { get; init; }

    /// <summary>How many of the first rows are certainly heads of columns; 0 when none is.</summary>
    public required int HeaderRows { get; init; }

    /// <summary>Cells of all rows, the heads included, all rows of equal length.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Rows { get; init; }

    /// <summary>Cells that cover more than one place. Their text stands in the first place; the others are empty.</summary>
    public IReadOnlyList<CellSpan> Spans { get; init; } = [];

    /// <summary>The heads above a column, from the top, in one text; empty where there is none.</summary>
    public string HeaderOf(int column)
    {
        List<string> heads = [];
        for (int row = 0; row < HeaderRows; row++)
        {
            CellSpan? span = Spans.FirstOrDefault(s =>
                row >= s.Row && row < s.Row + s.Rows && column >= s.Column && column < s.Column + s.Columns);
            string text = span is null ? Rows[row][column] : row == span.Row ? Rows[span.Row][span.Column] : "";
            if (text.Length > 0)
                heads.Add(text);
        }
        return string.Join(' ', heads);
    }

    /// <summary>The printed caption, <c>Table 2: …</c>, where there is one.</summary>
    public string? Caption { get; init; }
}
