using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset;

/// <summary>Sentences that say what something is, and list items of the form "Term: meaning", as questions.</summary>
internal static partial class DefinitionExamples
{
    public static IEnumerable<SourcedExample> Of(DocumentSection section)
    {
        foreach (DocumentBlock block in section.Blocks)
        {
            if (block.Kind == BlockKind.ListItem && Term().Match(block.Text) is { Success: true } term)
            {
                yield return section.Example(
                    $"What does \"{section.Title}\" say about \"{term.Groups["term"].Value}\"?", "",
                    Capitalised(term.Groups["meaning"].Value), "definition", block);
            }
            if (block.Kind is not (BlockKind.Paragraph or BlockKind.ListItem))
                continue;
            IReadOnlyList<string> sentences = SentenceText.Split(block.Text);
            for (int i = 0; i < sentences.Count; i++)
            {
                if (Question(sentences[i]) is not { } question)
                    continue;
                bool goesOn = i + 1 < sentences.Count && Pronoun().IsMatch(sentences[i + 1]);
                string answer = goesOn ? $"{sentences[i]} {sentences[i + 1]}" : sentences[i];
                yield return section.Example(question, "", answer, "definition", block);
            }
        }
    }

    /// <summary>"The nominal voltage is 3.6 V." → "What is the nominal voltage?"; null for other sentences.</summary>
    internal static string? Question(string sentence)
    {
        Match match = Definition().Match(sentence);
        if (!match.Success || sentence.Length > 500 || !sentence.EndsWith('.'))
            return null;
        string subject = match.Groups["subject"].Value;
        if (NoSubject().IsMatch(subject) || subject.Count(c => c == ' ') > 7)
            return null;
        string phrase = SentenceText.InSentence(subject);
        return match.Groups["verb"].Value switch
        {
            "are" => $"What are {phrase}?",
            "is" or "is defined as" => $"What is {phrase}?",
            _ => $"What does {phrase} mean?",
        };
    }

    private static string Capitalised(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    [GeneratedRegex(
        @"^(?<subject>[\p{L}\d][\p{L}\d\-/ ]{1,70}?(\s\([^)]{1,30}\))?)\s"
        + @"(?<verb>is defined as|is|are|means|refers to|denotes)\s"
        + @"(?!(not|also|then|therefore|thus|usually|often|only|to be|being)\b)(?=(a|an|the|one|any|\d|[\p{L}-]+))",
        RegexOptions.CultureInvariant)]
    private static partial Regex Definition();

    [GeneratedRegex(
        @"^(it|this|that|these|those|there|they|he|she|we|you|which|what|who|where|when|if|as|here|all|both|each|neither|none|some|most|"
        + @"such|another|other|but|and|so|because|since|after|before|at|in|on|by|for|from|with|only|for example)\b"
        + @"|\b(which|that|if|when|because|who|is|are|was|were|has|have|can|must|should|will)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NoSubject();

    [GeneratedRegex(@"^(It|This|They|These)\b")]
    private static partial Regex Pronoun();

    [GeneratedRegex(@"^(?<term>[\p{L}\d][^:.]{1,50}):\s+(?<meaning>\S.{15,})$", RegexOptions.Singleline)]
    private static partial Regex Term();
}
