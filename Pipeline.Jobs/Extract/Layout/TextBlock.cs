using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Lines that belong together; becomes a <see cref="DocumentBlock"/>.</summary>
internal sealed class TextBlock
{
    public required BlockKind Kind { get; set; }

    public required int Page { get; init; }

    public required Box Box { get; set; }

    public required string Text { get; set; }

    public required double Size { get; init; }

    public required int Font { get; init; }

    public required bool Bold { get; init; }

    public string? Marker { get; set; }

    /// <summary>The words it was made from, in reading order; none of a table or figure.</summary>
    public List<TextWord> Words { get; init; } = [];

    /// <summary>Of a program: how many characters number its lines.</summary>
    public int LineNumbers { get; init; }

    /// <summary>Left edge, by which list items are nested.</summary>
    public double Indent { get; init; }

    public int? Level { get; set; }

    /// <summary>Of a heading: its level by the file's tags; 0 without.</summary>
    public byte TagLevel { get; init; }

    /// <summary>A note at the foot of the page: the text goes on after it.</summary>
    public bool IsNote { get; set; }

    public List<BlockRegion> Continued { get; } = [];

    public LayoutItem? Item { get; set; }

    /// <summary>Of a caption: the table or figure it belongs to.</summary>
    public TextBlock? Target { get; set; }

    /// <summary>Of a table or figure: its caption.</summary>
    public string? Caption { get; set; }
}
