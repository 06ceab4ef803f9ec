using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Words on one baseline with ordinary gaps: a line of a column, or one cell of a table row.</summary>
internal sealed class TextSegment
{
    public required IReadOnlyList<TextWord> Words { get; init; }

    public required Box Box { get; init; }

    public required double Baseline { get; init; }

    /// <summary>Size of most characters, in points.</summary>
    public required double Size { get; init; }

    /// <summary>Font of most characters.</summary>
    public required int Font { get; init; }

    /// <summary>Nearly all characters are bold.</summary>
    public required bool Bold { get; init; }

    public string Text => string.Join(' ', Words.Select(w => w.Text));
}
