using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Pipeline.Jobs.Extract.View;

/// <summary>Encodes untrusted text for HTML, letters of all scripts left as they are.</summary>
internal static class Html
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Text for elements and for attributes in double quotes.</summary>
    public static string Encode(string text) => Encoder.Encode(text);
}
