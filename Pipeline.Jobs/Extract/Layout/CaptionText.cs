using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Recognises the start of printed captions.</summary>
internal static partial class CaptionText
{
    /// <summary>"Figure 3: …", "Fig. 2. …", "Table IV — …".</summary>
    public static bool IsCaption(string text) => Start().IsMatch(text);

    /// <summary>A caption of a table rather than of a picture.</summary>
    public static bool IsTableCaption(string text) =>
        IsCaption(text) && text.StartsWith("ta", StringComparison.OrdinalIgnoreCase);

    /// <summary>The arabic number in the caption of a picture, or null.</summary>
    public static int? Number(string caption)
    {
        Match match = Start().Match(caption);
        return match.Success && int.TryParse(match.Groups["number"].Value, out int number) && number is > 0 and < 10000 ? number : null;
    }

    [GeneratedRegex(
        @"^(figure|fig\.?|table|tab\.?|chart|diagram|plate|scheme|figura|tabla|cuadro|gráfico|abbildung|abb\.|tabelle|tableau)\s*"
        + @"(?<number>\d{1,4}([.\-]\d+)?[a-z]?|[ivxlc]{1,6})\s*([:.|–—]|-\s|$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Start();
}
