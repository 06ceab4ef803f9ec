using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Chunks;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>Whether a piece of text came out of its document whole, so that it may be quoted in a question or be an answer.</summary>
internal static partial class PlainText
{
    /// <summary>
    /// Between the given numbers of characters, of one line, without broken characters, with its brackets and quotes in pairs, and not
    /// cut off at its end.
    /// </summary>
    public static bool IsReadable(string text, int shortest, int longest)
    {
        string trimmed = text.Trim();
        if (trimmed.Length < shortest || trimmed.Length > longest)
            return false;
        for (int i = 0; i < trimmed.Length; i++)
        {
            char c = trimmed[i];
            if (char.IsSurrogate(c))
            {
                if (i + 1 == trimmed.Length || !char.IsSurrogatePair(c, trimmed[i + 1]))
                    return false;
                i++;
                continue;
            }
            if (char.IsControl(c) || c is '\uFFFD' or '\u25A1' or '\u2022' or '\u25AA'
                || char.GetUnicodeCategory(c) is UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Format)
                return false;
        }
        return Paired(trimmed) && !BrokenText.HasLostGlyphs(trimmed) && !Broken().IsMatch(trimmed) && !CutOff().IsMatch(trimmed);
    }

    /// <summary>A command, a piece of a program or of a terminal, rather than words.</summary>
    public static bool LooksLikeCode(string text) => Code().IsMatch(text);

    /// <summary>A word that begins sentences stands in its midst: two texts ran together.</summary>
    public static bool RunsOn(string text) => SecondStart().IsMatch(text);

    /// <summary>Ends with a mark that leads to a note below.</summary>
    public static bool HasNoteMark(string text) => NoteMark().IsMatch(text);

    /// <summary>Words that mean something else in another place: "this section", "see below", "you".</summary>
    public static bool PointsElsewhere(string text, string language) => Pointers.TryGetValue(language, out Regex? words)
        && words.IsMatch(text);

    private static bool Paired(string text)
    {
        int round = 0, square = 0, curly = 0, quotes = 0, opened = 0, french = 0;
        foreach (char c in text)
        {
            switch (c)
            {
                case '(': round++; break;
                case ')': round--; break;
                case '[': square++; break;
                case ']': square--; break;
                case '{': curly++; break;
                case '}': curly--; break;
                case '"': quotes++; break;
                case '“' or '„': opened++; break;
                case '”': opened--; break;
                case '«': french++; break;
                case '»': french--; break;
                default: break;
            }
            if (round < 0 || square < 0 || curly < 0)
                return false;
        }
        // A German quotation is closed by the mark that opens an English one.
        bool german = text.Contains('„', StringComparison.Ordinal);
        return round == 0 && square == 0 && curly == 0 && quotes % 2 == 0 && french == 0 && (german || opened == 0);
    }

    private static readonly Dictionary<string, Regex> Pointers = new(StringComparer.Ordinal)
    {
        ["en"] = Words("this|these|those|above|following|previous|here|we|our|us|i|your|my|section|chapter|figure|fig|table|see|"
            + "below(?! which)"),
        ["de"] = Words("dieser?|dieses|diesem|diesen|oben|unten|folgenden?|hier|wir|uns|unsere?|abschnitt|kapitel|abbildung|tabelle|siehe|"
            + "s\\.o"),
        ["fr"] = Words("voyez|ce|cet|cette|ces|ceci|cela|ici|nous|notre|nos|ci-dessus|ci-dessous|suivante?s?|section|chapitre|figure|"
            + "tableau|"
            + "voir"),
        ["es"] = Words("est[aeo]s?|es[ae]s?|aquí|nosotros|nuestr[ao]s?|anterior|siguientes?|sección|capítulo|figura|tabla|véase|ver"),
        ["pt"] = Words("est[ae]s?|ess[ae]s?|isto|isso|aqui|nós|noss[ao]s?|acima|abaixo|seguintes?|seção|secção|capítulo|figura|tabela|"
            + "veja|ver"),
        ["it"] = Words("quest[aeio]|quell[aeio]|qui|noi|nostr[aeio]|sopra|sotto|seguent[ei]|sezione|capitolo|figura|tabella|vedi|vedere"),
    };

    private static Regex Words(string alternatives) =>
        new($@"(?<![\p{{L}}\p{{N}}_])(?:{alternatives})(?![\p{{L}}\p{{N}}_])",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Compiled);

    // Accents beside their letters, hyphens of line ends, leaders of a list of contents, a word twice (rows that ran together).
    [GeneratedRegex(@"[´¨˜˘ˇ]\p{L}|\p{L}[¨˜˘ˇ]|[\p{L}_]-\s\p{Ll}|_-\s|\.{4}|\.\s\.\s\.|"
        + @"(?<![\p{L}\p{N}])(\p{L}{2,})\s\1(?![\p{L}\p{N}'’-])|(?<![\p{L}\p{N}])L\s?A?\s?T\s?X(?![\p{L}\p{N}])|\bL A T ?E ?X\b|"
        + @"(?<!\p{L})T X(?!\p{L})|\sE$|\sE\s[\p{N}ε𝜀]|\p{L}[`´]\p{L}|(?<!\S)[`´]\p{L}(?!\S)|\p{L}[.,]?[⁰¹²³⁴-⁹]{1,3}\s\p{L}")]
    private static partial Regex Broken();

    [GeneratedRegex(@"[,;:(\[{/\\&=]$|\s[-–—]$|\p{L}-$|\s(?:if|and|or|the|an|of|to|with|for|by|from|und|oder|von|mit|für|zum|zur|et|ou|de|"
        + @"du|des|la|les|le|el|los|las|y|e|con|para|por|do|da|dos|di|del|della|il|per|che|que|qui)$")]
    private static partial Regex CutOff();

    [GeneratedRegex(@"->|=>|:=|::|[{};]|\$\s|^[>$%#]\s?\S|\d>\s|^\s*-{1,2}module|\)\.$|==|&&|\|\|")]
    private static partial Regex Code();

    [GeneratedRegex(@"[\p{Ll}\p{N})]\s(?:The|This|These|An|It|If|You|When|For|Der|Die|Das|Ein|Eine|Es|Wenn|Dies|Le|La|Les|Une|Un|Il|Cette|"
        + @"Ce|El|Los|Las|Una|O|Os|As|Um|Uma|Esta|Este|Lo|Gli|Questo|Questa|Adesso|Ahora|Agora|L['’]\p{Ll}+|In|Nel|Per|Con|Se|Em|Para|En|"
            + @"Pour|Dans|"
        + @"Im)\s\p{Ll}|(?<=\p{L}{4})(?<!\b(?:evtl|inkl|exkl|approx|resp|incl|excl|bspw))\.\s+\p{Ll}")]
    private static partial Regex SecondStart();

    [GeneratedRegex(@"(?:(?<!(?<!\p{L})[mcdk]?m)[²³]|¹|[⁰⁴-⁹]|[*†‡]|\[\d{1,2}\])$|^[*†‡¹²³#]")]
    private static partial Regex NoteMark();
}
