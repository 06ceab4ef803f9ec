namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>One piece of a document in reading order.</summary>
public sealed record DocumentBlock
{
    /// <summary>Unique in the document, stable for the same file and extractor version: <c>p3-b7</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What the block is.</summary>
    public required BlockKind Kind { get; init; }

    /// <summary>Page on which it starts, from 1.</summary>
    public required int Page { get; init; }

    /// <summary>Where it is on <see cref="Page"/>.</summary>
    public required Box Box { get; init; }

    /// <summary>Its text with hyphenation repaired; for a figure the words inside the picture, for a formula its characters.</summary>
    public string Text { get; init; } = "";

    /// <summary>Parts of the text that are set in another style or lead somewhere; in order, without overlaps.</summary>
    public IReadOnlyList<TextSpan>? Spans { get; init; }

    /// <summary>Heading level from 1, or nesting of a list item from 1.</summary>
    public int? Level { get; init; }

    /// <summary>The marker of a list item: <c>-</c> for any bullet, else its number such as <c>2.</c></summary>
    public string? Marker { get; init; }

    /// <summary>Id of the heading block above this block; empty before the first heading.</summary>
    public string Section { get; init; } = "";

    /// <summary>Index into <see cref="ExtractedDocument.Fonts"/> of the font most of its characters use.</summary>
    public int? Font { get; init; }

    /// <summary>Size of that font in points.</summary>
    public double? FontSize { get; init; }

    /// <summary>Parts of a paragraph that continues in the next column or on the next page.</summary>
    public IReadOnlyList<BlockRegion>? Continued { get; init; }

    /// <summary>Id in <see cref="ExtractedDocument.Figures"/>: of a figure, or of the figure that a caption belongs to.</summary>
    public string? Figure { get; init; }

    /// <summary>Id in <see cref="ExtractedDocument.Tables"/>: of a table, or of the table that a caption belongs to.</summary>
    public string? Table { get; init; }

    /// <summary>Id in <see cref="ExtractedDocument.Formulas"/> of a formula.</summary>
    public string? Formula { get; init; }
}
