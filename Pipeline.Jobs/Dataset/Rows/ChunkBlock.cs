using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>A block, or a piece of a long one, inside a chunk.</summary>
public sealed record ChunkBlock
{
    /// <summary>Its place in the document.</summary>
    public required SourceSpan Source { get; init; }

    /// <summary>What it is.</summary>
    public required BlockKind Kind { get; init; }

    /// <summary>Its text as in the document; of a table its Markdown, of a figure its description.</summary>
    public required string Text { get; init; }

    /// <summary>Marker of a list item: <c>-</c>, or its number such as <c>2.</c></summary>
    public string? Marker { get; init; }

    /// <summary>Nesting of a list item from 1.</summary>
    public int? Level { get; init; }

    /// <summary>The table, where this is one.</summary>
    public DocumentTable? Table { get; init; }

    /// <summary>The figure with its printed caption and description, where this is one.</summary>
    public DocumentFigure? Figure { get; init; }

    /// <summary>Bold, italic and code in <see cref="Text"/>; offsets count from its first character.</summary>
    public IReadOnlyList<TextSpan> Spans { get; init; } = [];
}
