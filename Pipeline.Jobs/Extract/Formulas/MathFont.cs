using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Extract.Formulas;

/// <summary>What the names of fonts say about formulas.</summary>
internal static partial class MathFont
{
    /// <summary>A font that only formulas use.</summary>
    public static bool Is(string name) => Any().IsMatch(name);

    /// <summary>A font of tall brackets and large operators, whose characters hang below the baseline.</summary>
    public static bool IsExtension(string name) => Extension().IsMatch(name);

    /// <summary>Letters in it are words and names of functions, not variables.</summary>
    public static bool IsUpright(string name) => Upright().IsMatch(name);

    /// <summary>TeX's first font of signs, whose codes some readers take for those of letters.</summary>
    public static bool IsComputerModernSymbols(string name) => ComputerModernSymbols().IsMatch(name);

    /// <summary>TeX's mathematical italic.</summary>
    public static bool IsItalic(string name) => Italic().IsMatch(name);

    /// <summary>The command that sets a letter as a font does whose letters have a meaning of their own; null for others.</summary>
    public static string? CommandOf(string name) =>
        BlackboardBold().IsMatch(name) ? "mathbb"
        : Fraktur().IsMatch(name) ? "mathfrak"
        : Calligraphic().IsMatch(name) ? "mathcal"
        : Bold().IsMatch(name) ? "mathbf"
        : null;

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    [GeneratedRegex(
        @"math|^(cmmib?|cmb?sy|cmex|ms[ab]m|eu(f|r|s|ex)|(tx|px|ntx|npx|mt|rmt)b?(mi|sy|ex)[abcx]?"
        + "|lmmi|stmary|rsfs|bbm|dsrom|zptmcm|mtextra)",
        Options)]
    private static partial Regex Any();

    [GeneratedRegex(@"^(cmex|euex|(tx|px|ntx|npx|mt|rmt)b?ex|lmmathextension|zpzccmry|mtextra)", Options)]
    private static partial Regex Extension();

    [GeneratedRegex(@"^(cmr|sfrm|ecrm|lmroman|lmr|cmss|lmsans|txr|pxr|ntxr|mtr|cmu)", Options)]
    private static partial Regex Upright();

    [GeneratedRegex(@"^cmb?sy\d", Options)]
    private static partial Regex ComputerModernSymbols();

    [GeneratedRegex(@"^cmmi|maths?italic", Options)]
    private static partial Regex Italic();

    [GeneratedRegex(@"^(msbm|bbm|dsrom|txsyb|pxsyb|lmmathsymbols.*bb)", Options)]
    private static partial Regex BlackboardBold();

    [GeneratedRegex(@"^eu(f|r)", Options)]
    private static partial Regex Fraktur();

    [GeneratedRegex(@"^(cmb?sy|lmmathsymbols|rsfs|eus|(tx|px|ntx|npx|mt)b?sy)", Options)]
    private static partial Regex Calligraphic();

    [GeneratedRegex(@"^(cmbx|cmmib|sfbx|lmroman\d*-bold|lmmathitalic.*bold)", Options)]
    private static partial Regex Bold();
}
