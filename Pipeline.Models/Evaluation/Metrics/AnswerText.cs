using System.Globalization;
using System.Text;
using Pipeline.Models.Tokenizers;

namespace Pipeline.Models.Evaluation.Metrics;

/// <summary>
/// Answers made comparable as SQuAD's evaluation does it: lower case, without punctuation, without articles, single blanks. Unicode
/// aware: canonical composition, punctuation and symbols of all scripts, articles of the answer's language (the sets of MLQA for English,
/// Spanish and German), and each character of a script without blanks between words is a word.
/// </summary>
public static class AnswerText
{
    private static readonly Dictionary<string, HashSet<string>> Articles = new(StringComparer.Ordinal)
    {
        ["en"] = ["a", "an", "the"],
        ["es"] = ["un", "una", "unos", "unas", "el", "la", "los", "las"],
        ["de"] = ["ein", "eine", "einen", "einem", "eines", "einer", "der", "die", "das", "den", "dem", "des"],
        ["fr"] = ["le", "la", "les", "un", "une", "des"],
        ["pt"] = ["o", "a", "os", "as", "um", "uma", "uns", "umas"],
        ["it"] = ["il", "lo", "la", "i", "gli", "le", "un", "uno", "una"],
    };

    // Articles that are written together with the next word, before an apostrophe.
    private static readonly Dictionary<string, string[]> Elided = new(StringComparer.Ordinal)
    {
        ["fr"] = ["l'"],
        ["it"] = ["l'", "un'"],
    };

    /// <summary>The text as it is compared.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="language">ISO 639-1; other languages than the six have no articles taken off.</param>
    public static string Normalised(string text, string language) => string.Join(' ', Tokens(text, language));

    /// <summary>The words of a text as they are compared; its articles too where it consists of nothing else.</summary>
    /// <inheritdoc cref="Normalised" path="/param"/>
    public static string[] Tokens(string text, string language)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(language);
        string[] words = Words(text, Elided.GetValueOrDefault(language, []));
        if (!Articles.TryGetValue(language, out HashSet<string>? articles)) return words;
        string[] kept = [.. words.Where(word => !articles.Contains(word))];
        return kept.Length > 0 ? kept : words;
    }

    private static string[] Words(string text, string[] elided)
    {
        StringBuilder words = new(text.Length);
        foreach (string piece in CanonicalComposition.ToFormC(text).ToLowerInvariant().Replace('’', '\'')
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            string open = piece.TrimStart('(', '[', '"', '«', '“', '„', '\'');
            string? article = elided.FirstOrDefault(a => open.Length > a.Length && open.StartsWith(a, StringComparison.Ordinal));
            string word = article is null ? piece : open[article.Length..];
            words.Append(' ');
            foreach (Rune rune in word.EnumerateRunes())
                AppendKept(words, rune);
        }
        return words.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    private static void AppendKept(StringBuilder words, Rune rune)
    {
        if (IsDropped(Rune.GetUnicodeCategory(rune))) return;
        bool standsAlone = StandsAlone(rune.Value);
        if (standsAlone) words.Append(' ');
        words.Append(rune.ToString());
        if (standsAlone) words.Append(' ');
    }

    private static bool IsDropped(UnicodeCategory category) => category
        is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
        or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation
        or UnicodeCategory.OtherPunctuation or UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol
        or UnicodeCategory.ModifierSymbol or UnicodeCategory.OtherSymbol or UnicodeCategory.Control or UnicodeCategory.Format;

    // Han, kana and Thai: no blanks between words.
    private static bool StandsAlone(int codePoint) => codePoint
        is (>= 0x3040 and <= 0x30ff) or (>= 0x3400 and <= 0x4dbf) or (>= 0x4e00 and <= 0x9fff) or (>= 0xf900 and <= 0xfaff)
        or (>= 0x0e00 and <= 0x0e7f) or (>= 0x20000 and <= 0x323af);
}
