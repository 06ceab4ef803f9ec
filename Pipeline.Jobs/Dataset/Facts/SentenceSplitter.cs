using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>Sentences of prose, by punctuation: in doubt two sentences stay one.</summary>
internal static partial class SentenceSplitter
{
    /// <summary>At least one sentence; the text is not changed apart from blanks around sentences.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        List<string> sentences = [];
        int start = 0;
        foreach (Match end in End().Matches(text))
        {
            string sentence = text[start..end.Index].Trim();
            if (sentence.Length == 0 || Abbreviation().IsMatch(sentence.Length > 12 ? sentence[^12..] : sentence))
                continue;
            sentences.Add(sentence);
            start = end.Index;
        }
        string last = text[start..].Trim();
        if (last.Length > 0 || sentences.Count == 0)
            sentences.Add(last);
        return sentences;
    }

    [GeneratedRegex(@"(?<=[.!?][)\]""”’»]?)\s+(?=[\p{Lu}\d¿¡""“«(])")]
    private static partial Regex End();

    [GeneratedRegex(@"(?:(?<!\p{L})(?:e\.g|i\.e|etc|cf|vs|approx|figs?|eqs?|no|nr|ltd|inc|corp|co|dr|mr|mrs|ms|prof|st|ca|al|sec|tab|vol|"
        + @"bzw|bspw|vgl|ggf|"
        + @"evtl|usw|inkl|Abb|z\.\s?b|d\.\s?h|u\.\s?a|p\.\s?ex|p\.\s?ej|ej|pág|págs|pag|sr|sra|núm|ex|ecc|es|sig|dott|n)\.|"
        + @"(?<!\p{L})\p{L}\.|(?<![\p{L}\p{N}.,\-])\d{1,2}\.)$", RegexOptions.IgnoreCase)]
    private static partial Regex Abbreviation();
}
