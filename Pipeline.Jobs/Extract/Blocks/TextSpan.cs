namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>How a part of a text differs from the rest.</summary>
public enum TextStyle
{
    /// <summary>Heavier than the rest.</summary>
    Bold,

    /// <summary>Slanted, as for a term or a title.</summary>
    Italic,

    /// <summary>Both.</summary>
    BoldItalic,

    /// <summary>Typewriter type in a line of ordinary type.</summary>
    Code,

    /// <summary>Leads to an address.</summary>
    Link,
}

/// <summary>A part of a block's text.</summary>
/// <param name="Start">Characters before it.</param>
/// <param name="Length">Its characters.</param>
/// <param name="Style">How it differs from the rest.</param>
/// <param name="Target">Of a link: an address that begins with http, https, mailto or ftp.</param>
public sealed record TextSpan(int Start, int Length, TextStyle Style, string? Target = null);
