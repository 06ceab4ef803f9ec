using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Characters without a gap.</summary>
/// <param name="Text">The characters.</param>
/// <param name="Box">Their place, in displayed page points.</param>
/// <param name="Size">Font size of most of them, in points.</param>
/// <param name="Font">Index of their font.</param>
/// <param name="Bold">Their font is bold.</param>
/// <param name="Monospaced">Their font is typewriter type.</param>
internal readonly record struct TextWord(string Text, Box Box, double Size, int Font, bool Bold, bool Monospaced)
{
    /// <summary>Their font is slanted.</summary>
    public bool Italic { get; init; }

    /// <summary>The address that they lead to.</summary>
    public string? Link { get; init; }

    /// <summary>What the file's tags say, as of a <see cref="Glyph"/>.</summary>
    public byte Mark { get; init; }

    /// <summary>How many characters of the page they are; a ligature is one, a character struck twice as well.</summary>
    public int Glyphs { get; init; }
}
