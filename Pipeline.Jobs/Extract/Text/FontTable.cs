using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>The fonts of one document, each under an index, in order of first use.</summary>
internal sealed partial class FontTable
{
    private readonly Dictionary<(string? Name, bool Bold, bool Italic), int> _indices = [];
    private readonly List<DocumentFont> _fonts = [];

    public IReadOnlyList<DocumentFont> Fonts => _fonts;

    public DocumentFont this[int index] => _fonts[index];

    /// <param name="rawName">Name as in the file, with or without the subset prefix <c>ABCDEF+</c>.</param>
    /// <param name="bold">The file declares it bold; the name is checked too.</param>
    /// <param name="italic">The file declares it italic; the name is checked too.</param>
    public int IndexOf(string? rawName, bool bold, bool italic)
    {
        (string?, bool, bool) key = (rawName, bold, italic);
        if (_indices.TryGetValue(key, out int index))
            return index;
        string name = WithoutSubsetPrefix(rawName ?? "");
        DocumentFont font = new(
            name.Length > 0 ? name : "unnamed",
            bold || BoldName().IsMatch(name),
            italic || ItalicName().IsMatch(name))
        {
            Monospaced = MonospacedName().IsMatch(name),
        };
        index = _fonts.IndexOf(font);
        if (index < 0)
        {
            index = _fonts.Count;
            _fonts.Add(font);
        }
        return _indices[key] = index;
    }

    /// <summary>A name without the six capitals that mark a part of a font (PDF 32000-1 section 9.6.4).</summary>
    public static string WithoutSubsetPrefix(string name) =>
        name.Length > 7 && name[6] == '+' && name.AsSpan(0, 6).IndexOfAnyExceptInRange('A', 'Z') < 0 ? name[7..] : name;

    // Computer Modern and its kin say it in letters (CMBX10, SFBX1200, LMRoman10-Bold), the URW fonts with Medi and Demi.
    [GeneratedRegex(
        @"bold|black|heavy|demi|medi(?!um)|[-, ](bd|hv|blk)(?![a-z])|^(cm|sf|ec|lm|cms|cmss)[a-z]{0,3}bx\w*\d|^(cmb|cmssbx|ptmb|phvb)\d*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BoldName();

    [GeneratedRegex(@"ital|obli|[-, ](it|ob)(?![a-z])|^(cm|sf|ec|lm)(mi|ti|sl|bxti|bxsl|ssi)\d",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ItalicName();

    [GeneratedRegex(
        @"cour|mono(?!type)|consol|menlo|typewriter|^(cm|sf|ec|lm)(tt|vtt|sltt)|lucidacons|fixed|inconsolata|sourcecode|firacode",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MonospacedName();
}
