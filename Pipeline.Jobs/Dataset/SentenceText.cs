using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset;

/// <summary>Sentences of English prose, by punctuation.</summary>
internal static partial class SentenceText
{
    public static IReadOnlyList<string> Split(string text)
    {
        List<string> sentences = new();
        int start = 0;
        foreach (Match end in End().Matches(text))
        {
            string sentence = text[start..end.Index].Trim();
            if (Abbreviation().IsMatch(sentence))
                continue;
            if (sentence.Length > 0)
                sentences.Add(sentence);
            start = end.Index;
        }
        string last = text[start..].Trim();
        if (last.Length > 0)
            sentences.Add(last);
        return sentences;
    }

    /// <summary>"2.1 Cell format" → "Cell format".</summary>
    public static string WithoutNumber(string heading) => Number().Replace(heading, "");

    /// <summary>First letter in lower case, unless the word is an abbreviation or a name.</summary>
    public static string InSentence(string phrase) =>
        phrase.Length > 1 && char.IsUpper(phrase[0]) && char.IsLower(phrase[1]) ? char.ToLowerInvariant(phrase[0]) + phrase[1..] : phrase;

    [GeneratedRegex(@"(?<=[.!?][\)\]""”’]?)\s+(?=[\p{Lu}\d""“(])")]
    private static partial Regex End();

    [GeneratedRegex(@"(\b(e\.g|i\.e|etc|cf|vs|approx|Fig|Figs|Eq|No|Dr|Mr|Mrs|Ms|Prof|St|ca|al|Sec|Tab|Vol)\.|\b[A-Z]\.)$")]
    private static partial Regex Abbreviation();

    [GeneratedRegex(@"^(chapter|section|appendix)?\s*([A-Z]\.|\d{1,2}(\.\d{1,2})*\.?)\s+(?=\S)", RegexOptions.IgnoreCase)]
    private static partial Regex Number();
}
