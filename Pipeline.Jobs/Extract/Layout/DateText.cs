using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Recognises dates: on a cover they stand in large type and head nothing.</summary>
internal static partial class DateText
{
    /// <summary>Whether a text is a date and nothing else.</summary>
    public static bool Is(string text) => DateAlone().IsMatch(text);

    [GeneratedRegex(
        @"^((mon|tues|wednes|thurs|fri|satur|sun)day,? )?(\d{1,2}(st|nd|rd|th)?[.,]? (de |of )?)?"
        + "(january|february|march|april|may|june|july|august|september|october|november|december"
        + "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
        + "|diciembre|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre"
        + "|novembre|décembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|janeiro|fevereiro|março|maio|junho"
        + @"|julho|setembro|outubro|novembro|dezembro)( \d{1,2}(st|nd|rd|th)?)?,? (de )?\d{4}$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DateAlone();
}
