using System.Text.RegularExpressions;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Tokens;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>
/// Which fonts are bold by what their descriptors say (PDF 32000-1 section 9.8): the flag for forced bold, the weight, and the width of
/// their stems beside that of other fonts of their family. Many names, such as LinBiolinumTB, do not say it.
/// </summary>
internal sealed partial class FontWeights(PdfDocument document)
{
    private const int ForceBold = 1 << 18, Bold = 600;
    private const double StemRatio = 1.35;      // of bold to regular in one family: 1.6 in most
    private const double LeastBold = 100;       // thousandths of an em; regular text faces have 65 to 95
    private const int ShortestFamily = 4;
    private const int FamilyLetters = 8;

    private readonly Dictionary<string, double> _stems = new(StringComparer.Ordinal);
    private readonly HashSet<string> _bold = new(StringComparer.Ordinal);
    private readonly HashSet<DictionaryToken> _read = new(ReferenceEqualityComparer.Instance);

    /// <summary>Some programs write whatever number: then regular fonts have wide stems too.</summary>
    private bool _guessed;

    /// <summary>Reads the fonts of a page that were not read yet.</summary>
    public void Read(Page page)
    {
        if (document.Resolve(page.Dictionary, "Resources") is not DictionaryToken resources
            || document.Resolve(resources, "Font") is not DictionaryToken fonts || !_read.Add(fonts))
            return;
        foreach (IToken entry in fonts.Data.Values)
            if (document.Resolve(entry) is DictionaryToken font) Read(font);
    }

    /// <param name="name">As in the file, with its subset prefix.</param>
    public bool IsBold(string? name) => name is not null && (_bold.Contains(name) || HasWideStems(name));

    private void Read(DictionaryToken font)
    {
        if (document.Resolve(font, "BaseFont") is not NameToken { Data: var name } || _stems.ContainsKey(name))
            return;
        if (document.Resolve(font, "DescendantFonts") is ArrayToken { Length: > 0 } descendants)
            font = document.Resolve(descendants.Data[0]) as DictionaryToken ?? font;
        if (document.Resolve(font, "FontDescriptor") is not DictionaryToken descriptor)
            return;
        _stems[name] = Number(descriptor, "StemV");
        _guessed |= _stems[name] >= LeastBold && RegularName().IsMatch(name);
        if (((int)Number(descriptor, "Flags") & ForceBold) != 0 || Number(descriptor, "FontWeight") >= Bold)
            _bold.Add(name);
    }

    private bool HasWideStems(string name)
    {
        if (_guessed || !_stems.TryGetValue(name, out double stem) || stem < LeastBold || RegularName().IsMatch(name))
            return false;
        string family = FamilyOf(name);
        return family.Length >= ShortestFamily
            && stem >= StemRatio * _stems.Where(s => s.Value > 0 && FamilyOf(s.Key) == family).Min(s => s.Value);
    }

    private static string FamilyOf(string name)
    {
        string plain = FontTable.WithoutSubsetPrefix(name);
        int style = plain.IndexOfAny(['-', ',']);
        return style >= 0 ? plain[..style] : plain[..Math.Min(FamilyLetters, plain.Length)];
    }

    private double Number(DictionaryToken dictionary, string key) => (document.Resolve(dictionary, key) as NumericToken)?.Double ?? 0;

    [GeneratedRegex(@"roma|regu|book|light|text|medium|\+cm(r|ti|sl)\d", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex RegularName();
}
