using UglyToad.PdfPig;
using UglyToad.PdfPig.Tokens;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Reads a file's own dictionaries, whose values may stand elsewhere in it (PDF 32000-1 section 7.3.10).</summary>
internal static class PdfTokens
{
    /// <summary>The value of a key, wherever it stands; null where there is none.</summary>
    public static IToken? Resolve(this PdfDocument document, DictionaryToken dictionary, string key) =>
        dictionary.Data.TryGetValue(key, out IToken? value) ? document.Resolve(value) : null;

    /// <summary>What a reference refers to; any other token itself.</summary>
    public static IToken? Resolve(this PdfDocument document, IToken? token) =>
        token is IndirectReferenceToken reference ? document.Structure.GetObject(reference.Data)?.Data : token;
}
