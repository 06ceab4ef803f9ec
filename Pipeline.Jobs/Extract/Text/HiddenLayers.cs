using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Tokens;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>
/// The layers ("optional content groups", PDF 32000-1 section 8.11) of a document that are switched off when it is opened.
/// </summary>
internal sealed class HiddenLayers
{
    private readonly PdfDocument _document;
    private readonly List<(DictionaryToken Group, bool Off)> _groups = [];

    public HiddenLayers(PdfDocument document)
    {
        _document = document;
        if (_document.Resolve(document.Structure.Catalog.CatalogDictionary, "OCProperties") is not DictionaryToken properties
            || _document.Resolve(properties, "D") is not DictionaryToken view)
            return;
        bool off = _document.Resolve(view, "BaseState") is NameToken { Data: "OFF" };
        DictionaryToken[] exceptions = [.. References(_document.Resolve(view, off ? "ON" : "OFF"))];
        foreach (DictionaryToken group in References(_document.Resolve(properties, "OCGs")))
            _groups.Add((group, Array.Exists(exceptions, e => ReferenceEquals(e, group)) != off));
    }

    /// <summary>Whether any layer is off.</summary>
    public bool Any => _groups.Exists(g => g.Off);

    /// <summary>The letters of a page that stand on layers that are off.</summary>
    public HashSet<Letter> On(Page page)
    {
        HashSet<Letter> hidden = new(ReferenceEqualityComparer.Instance);
        if (Any)
            foreach (MarkedContentElement element in page.GetMarkedContents()) Collect(element, off: false, hidden);
        return hidden;
    }

    private void Collect(MarkedContentElement element, bool off, HashSet<Letter> hidden)
    {
        off = off || (element.Tag == "OC" && IsOff(element.Properties));
        if (off)
            hidden.UnionWith(element.Letters);
        foreach (MarkedContentElement child in element.Children)
            Collect(child, off, hidden);
    }

    /// <summary>A group itself, or a membership: a rule about several groups.</summary>
    private bool IsOff(DictionaryToken properties)
    {
        if (GroupIsOff(properties) is { } own)
            return own;
        if (_document.Resolve(properties, "OCGs") is not { } groups)
            return false;
        bool[] off = [.. (groups is DictionaryToken one ? [one] : References(groups)).Select(g => GroupIsOff(g) ?? false)];
        return off.Length > 0 && (_document.Resolve(properties, "P") as NameToken)?.Data switch
        {
            "AllOn" => Array.Exists(off, o => o),
            "AnyOff" => !Array.Exists(off, o => o),
            "AllOff" => !Array.TrueForAll(off, o => o),
            _ => Array.TrueForAll(off, o => o),
        };
    }

    private bool? GroupIsOff(DictionaryToken group)
    {
        int index = _groups.FindIndex(g => ReferenceEquals(g.Group, group));
        if (index < 0)
            index = _groups.FindIndex(g => g.Group.Equals(group));
        return index < 0 ? null : _groups[index].Off;
    }

    private IEnumerable<DictionaryToken> References(IToken? list) =>
        list is ArrayToken array ? array.Data.Select(_document.Resolve).OfType<DictionaryToken>() : [];
}
