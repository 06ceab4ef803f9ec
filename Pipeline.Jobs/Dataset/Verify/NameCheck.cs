using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>Names: paths, options, identifiers and abbreviations, letter for letter, and capitalised words within sentences.</summary>
internal static partial class NameCheck
{
    // Capitalised nouns of German that come with an answer's wording and name nothing.
    private static readonly FrozenSet<string> GermanNouns = """
        wert anzahl zahl menge grosse hohe lange breite dauer zeit name datei dokument antwort beispiel nutzer benutzer anwender programm
        system zweck grund folge ergebnis teil teile art weise fall form punkt bereich daten eintrag liste spalte tabelle zeile feld ziel
        mittel hilfe regel aufgabe schritt stelle ort inhalt text thema frage begriff merkmal vorteil nachteil unterschied gerat gerate
        person personen mensch menschen jahr jahre tag tage stunde stunden minute minuten sekunde sekunden prozent standard standardwert
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] GermanSuffixes =
        ["ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "tion", "tionen", "tat", "taten", "nis", "nisse", "ment", "ende",
            "enden", "er"];

    private static readonly char[] Around =
        ['"', '\'', '(', ')', '[', ']', '{', '}', ',', ';', ':', '!', '?', '*', '`', '<', '>', '.', '…', '|', '¿', '¡', '。', '，', '、'];

    /// <summary>The first name of a text that stands neither in its source nor in what was asked; null where there is none.</summary>
    /// <param name="text">The text with its line ends.</param>
    /// <param name="source">What it rests on.</param>
    /// <param name="question">What was asked; null where the text is the question itself.</param>
    /// <param name="language">ISO 639-1.</param>
    /// <param name="capitalised">Whether capitalised words are looked at too.</param>
    public static string? FirstUnknown(string text, SourceText source, SourceText? question, string language, bool capitalised)
    {
        foreach (string line in text.Split('\n'))
        {
            bool starts = true;
            foreach (string word in TextWords.Flat(line).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                string token = Trimmed(word);
                if (token.Length > 1)
                {
                    string? unknown = IsIdentifier(token, question is null)
                        ? Stands(token, source) || question is not null && Stands(token, question) ? null : token
                        : capitalised && !starts ? UnknownWord(token, source, question, language) : null;
                    if (unknown is not null)
                        return unknown;
                }
                starts = token.Length == 0 || Marker().IsMatch(word) || word[0] == '"'
                    || EndsSentence(word.TrimEnd('"', ')', '*'));
            }
        }
        return null;
    }

    /// <summary>Whether every word of a short text is capitalised, as in the name of a person or a product.</summary>
    public static bool IsAllNames(string text)
    {
        string[] words = TextWords.Flat(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length is > 1 and <= 6 && words.All(w => char.IsUpper(w[0]) && w.Length > 1);
    }

    private static bool EndsSentence(string word) => word.Length > 0 && word[^1] is ('.' or '!' or '?' or ':' or '…');

    private static string Trimmed(string word)
    {
        string token = word.Trim(Around);
        // The point of a hidden file belongs to its name.
        int at = word.IndexOf(token, StringComparison.Ordinal);
        return token.Length > 1 && at > 0 && word[at - 1] == '.' && !word.StartsWith("..", StringComparison.Ordinal)
            && char.IsLetter(token[0])
            ? "." + token : token;
    }

    private static bool Stands(string token, SourceText source)
    {
        bool literal = token.AsSpan().IndexOfAny("_/\\.$~:") >= 0;
        if (source.HasExactly(token, literal ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase))
            return true;
        if (token.Length > 3 && token.EndsWith("'s", StringComparison.Ordinal))
            return Stands(token[..^2], source);     // LilyPond's is LilyPond
        return !literal && token.Length > 2 && token[^1] == 's'
            && source.HasExactly(token[..^1], StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsIdentifier(string token, bool strict)
    {
        if (Abbreviation().IsMatch(token) || !token.Any(char.IsLetter) || token.Any(TextWords.IsUnspaced))
            return false;
        if (token.Contains('_') || token[0] is '$' or '~' or '/' or '\\' or '.' || token.Contains("::", StringComparison.Ordinal)
            || Option().IsMatch(token))
            return true;
        if (token.Contains('/') && (token.Count(c => c == '/') > 1 || token.Contains('.')) || token.Contains('\\')
            || Dotted().IsMatch(token))
            return true;
        if (char.IsDigit(token[0]))
            return false;
        if (Camel().IsMatch(token) || LettersAndDigits().IsMatch(token))
            return true;
        return !strict && Capitals().IsMatch(token) && !StopWords.Of("").Contains(token.ToLowerInvariant());
    }

    private static string? UnknownWord(string token, SourceText source, SourceText? question, string language)
    {
        foreach (string part in token.Split('-', '\'', '/', '.'))
        {
            if (part.Length < 3 || !char.IsUpper(part[0]) || !part.All(char.IsLetter))
                continue;
            string word = TextWords.Fold(part.ToLowerInvariant());
            if (source.Has(word) || question?.Has(word) == true || StopWords.Of(language).Contains(word)
                || NumberWords.Month(word) is int month
                && source.Numbers.Contains(month.ToString(System.Globalization.CultureInfo.InvariantCulture)))
                continue;
            if (language == "de" && (GermanNouns.Contains(word) || GermanSuffixes.Any(s => word.Length > s.Length + 2
                && word.EndsWith(s, StringComparison.Ordinal))))
                continue;
            return part;
        }
        return null;
    }

    [GeneratedRegex(@"^(?:\p{L}\.){1,6}\p{L}?$|^\p{L}{1,3}\.\p{L}{1,3}$")]
    private static partial Regex Abbreviation();

    [GeneratedRegex(@"^--?[A-Za-z][\w-]{0,60}")]
    private static partial Regex Option();

    [GeneratedRegex(@"[\p{L}\d]\.[\p{Ll}][\p{L}\d]")]
    private static partial Regex Dotted();

    [GeneratedRegex(@"\p{Ll}\p{Lu}")]
    private static partial Regex Camel();

    [GeneratedRegex(@"^\p{L}[\p{L}-]{0,20}\d")]
    private static partial Regex LettersAndDigits();

    [GeneratedRegex(@"^[\p{Lu}\d&+-]{2,}s?$")]
    private static partial Regex Capitals();

    [GeneratedRegex(@"^(?:[-*•–]|\(?\w{1,3}[.)])$")]
    private static partial Regex Marker();
}
