using System.Globalization;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Where sentences start, in any script.</summary>
internal static class SentenceBounds
{
    private const string Openings = "\"“«„¿¡([‘»";
    private const int LongestAbbreviation = 12;

    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "e.g", "i.e", "etc", "cf", "vs", "approx", "fig", "figs", "eq", "eqs", "no", "nos", "dr", "mr", "mrs", "ms", "prof", "st",
        "ca", "al", "sec", "tab", "vol", "ch", "chap", "pp", "p", "ed", "eds", "inc", "ltd", "resp", "viz", "ref", "refs", "bzw",
        "usw", "evtl", "ggf", "vgl", "nr", "abb", "kap", "abschn", "bspw", "z.b", "d.h", "u.a", "o.ä", "s.o", "s.u", "z", "b",
        "d", "h", "u", "a", "o", "hr", "fr", "inkl", "sog", "max", "min", "ungef", "vermutl", "p.ej", "ej", "sr", "sra", "srta",
        "ud", "uds", "vd", "pág", "págs", "cap", "art", "núm", "n", "ee", "uu", "aprox", "máx", "mín", "m", "mme", "mlle", "mm",
        "ex", "p.ex", "c.-à-d", "réf", "env", "av", "apr", "éd", "hab", "pag", "ecc", "es", "dott", "sig", "ing", "ad", "p.es",
        "cit", "sez", "n.º", "pág.", "dra", "exmo", "tel",
    };

    /// <summary>Whether a sentence may start at a place of a text: what is before it has ended one.</summary>
    public static bool IsStart(string text, int at)
    {
        if (at <= 0 || at >= text.Length)
            return false;
        if (text[at - 1] is '。' or '！' or '？' or '．' or '｡')
            return true;
        if (!char.IsWhiteSpace(text[at - 1]) || char.IsWhiteSpace(text[at]))
            return false;
        int end = at - 1;
        while (end > 0 && char.IsWhiteSpace(text[end])) end--;
        while (end > 0 && text[end] is ')' or ']' or '"' or '”' or '’' or '»' or '“' or '\'' or '›') end--;
        char mark = text[end];
        if (mark is '!' or '?' or '…' or '؟' or '۔' or '।' or '。')
            return true;
        if (mark != '.' || !(char.IsUpper(text[at]) || char.IsDigit(text[at]) || Openings.Contains(text[at])
            || char.GetUnicodeCategory(text[at]) == UnicodeCategory.OtherLetter))
            return false;
        int start = end;
        while (start > 0 && end - start < LongestAbbreviation && !char.IsWhiteSpace(text[start - 1]) && !Openings.Contains(text[start - 1]))
            start--;
        string word = text[start..end];
        return !(word.Length == 1 && char.IsUpper(word[0])) && !Abbreviations.Contains(word) && !IsOrdinal(word, text, at);
    }

    /// <summary>Starts and ends of the sentences; blanks after one belong to it.</summary>
    public static IEnumerable<(int Start, int End)> Of(string text)
    {
        int start = 0;
        for (int i = 1; i < text.Length; i++)
        {
            if (!IsStart(text, i))
                continue;
            yield return (start, i);
            start = i;
        }
        if (start < text.Length)
            yield return (start, text.Length);
    }

    /// <summary>"am 3. Mai", "die 2. Auflage": a small number before a letter is rarely the end of a sentence.</summary>
    private static bool IsOrdinal(string word, string text, int at) =>
        word.Length is 1 or 2 && word.All(char.IsAsciiDigit) && char.IsLetter(text[at]);
}
