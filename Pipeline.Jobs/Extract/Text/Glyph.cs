using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>One drawn character (or ligature) in displayed page points, in the order of the page's content.</summary>
/// <param name="Text">Its text; ligatures are spelled out.</param>
/// <param name="X0">
/// Where it starts on its baseline. Of sideways text: with the page turned about its origin so that it runs to the right.
/// </param>
/// <param name="X1">Where the next one would start, likewise.</param>
/// <param name="Baseline">Height of the baseline, likewise.</param>
/// <param name="Size">Font size in points as displayed.</param>
/// <param name="Font">Index into the document's <see cref="FontTable"/>.</param>
internal sealed record Glyph(string Text, double X0, double X1, double Baseline, double Size, int Font)
{
    /// <summary>Clockwise quarter turns that make it upright: 1 for text that runs up the page.</summary>
    public byte Turn { get; init; }

    /// <summary>Runs in no direction of the page's edges.</summary>
    public bool Slanted { get; init; }

    /// <summary>Runs from left to right.</summary>
    public bool Upright => Turn == 0 && !Slanted;

    /// <summary>Neither filled nor outlined: nobody sees it, unless it stands for the letters of a scan.</summary>
    public bool Invisible { get; init; }

    /// <summary>What the file's tags say: a level of heading from 1 to 6, or <see cref="MarkedText.Artifact"/>; 0 for nothing.</summary>
    public byte Mark { get; init; }

    /// <summary>Painted in white.</summary>
    public bool White { get; init; }

    /// <summary>Code of a character that says nothing about its letter: private use, a control or U+FFFD; 0 otherwise.</summary>
    public char Meaningless { get; init; }

    /// <summary>All its numbers are numbers: broken files place characters at infinity.</summary>
    public bool HasPlace => double.IsFinite(X0) && double.IsFinite(X1) && double.IsFinite(Baseline) && double.IsFinite(Size);

    /// <summary>Space the character's line takes: typical ascent and descent, the same for all fonts.</summary>
    public Box Box => Slanted
        ? new Box(Math.Min(X0, X1) - 0.4 * Size, Baseline - 0.4 * Size, Math.Max(X0, X1) + 0.4 * Size, Baseline + 0.4 * Size)
        : QuarterTurn.Back(new Box(X0, Baseline - 0.21 * Size, X1, Baseline + 0.76 * Size), Turn);
}
