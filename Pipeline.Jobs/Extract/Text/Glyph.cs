using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>One drawn character (or ligature) in displayed page points, in the order of the page's content.</summary>
/// <param name="Text">Its text; ligatures are spelled out.</param>
/// <param name="X0">Where it starts on its baseline.</param>
/// <param name="X1">Where the next one would start.</param>
/// <param name="Baseline">Height of the baseline.</param>
/// <param name="Size">Font size in points as displayed.</param>
/// <param name="Font">Index into the document's <see cref="FontTable"/>.</param>
/// <param name="Upright">Runs from left to right; false for text that is rotated by 90 or 180 degrees or slanted.</param>
internal readonly record struct Glyph(
    string Text, double X0, double X1, double Baseline, double Size, int Font, bool Upright)
{
    /// <summary>Neither filled nor outlined: nobody sees it, unless it stands for the letters of a scan.</summary>
    public bool Invisible { get; init; }

    /// <summary>Painted in white.</summary>
    public bool White { get; init; }

    /// <summary>All its numbers are numbers: broken files place characters at infinity.</summary>
    public bool HasPlace => double.IsFinite(X0) && double.IsFinite(X1) && double.IsFinite(Baseline) && double.IsFinite(Size);

    /// <summary>Space the character's line takes: typical ascent and descent, the same for all fonts.</summary>
    public Box Box => Upright
        ? new Box(X0, Baseline - 0.21 * Size, X1, Baseline + 0.76 * Size)
        : new Box(Math.Min(X0, X1) - 0.4 * Size, Baseline - 0.4 * Size, Math.Max(X0, X1) + 0.4 * Size, Baseline + 0.4 * Size);
}
