namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>A font that the document's text uses.</summary>
/// <param name="Name">PostScript name without the subset prefix.</param>
/// <param name="Bold">Heavier than regular.</param>
/// <param name="Italic">Italic or oblique.</param>
public sealed record DocumentFont(string Name, bool Bold, bool Italic)
{
    /// <summary>All its characters are equally wide: typewriter type, in which programs are printed.</summary>
    public bool Monospaced { get; init; }
}
