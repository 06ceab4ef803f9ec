using System.Text.RegularExpressions;

namespace Pipeline.Tools.Starter.Corpus;

/// <summary>
/// Turns prose into questions with answers, so that a base model learns what a conversation looks like: every answer is a
/// sentence, paragraph or heading of the text itself. The generator decides which form a piece of text takes.
/// </summary>
internal sealed partial class InstructionWriter(Random random)
{
    private static readonly string[] AboutHeading =
    [
        "What does the section \"{0}\" say?", "Explain: {0}", "Write a short paragraph about {0}.", "What should I know about {0}?",
        "Describe {0}.", "Tell me about {0}.", "Give an overview of {0}.",
    ];

    private static readonly string[] Definition =
        ["What is {0}?", "Define {0}.", "Explain what {0} is.", "What do you know about {0}?", "How is {0} defined?"];

    private static readonly string[] AboutText =
        ["What does the text say about {0}?", "What is said about {0}?", "According to the text, what about {0}?",
        "Find the sentence about {0}."];

    private static readonly string[] Title =
        ["Which heading fits this text?", "Give this text a title.", "What is this text about?",
        "What is the topic of the following text?"];

    private static readonly string[] Continue =
        ["Continue the text.", "What comes next?", "Write the next sentence."];

    private static readonly string[] FirstSentence =
        ["Repeat the first sentence of the text.", "Summarize the text in one sentence.", "What is the main statement of the text?"];

    private static readonly string[] Systems =
        ["You are a helpful assistant.", "Answer from the document.", "You are an expert for technical documents.",
        "Answer briefly and precisely."];

    /// <summary>Conversations about one section, in the order of its paragraphs.</summary>
    public IEnumerable<Conversation> Write(ProseSection section)
    {
        if (HasUsableHeading(section))
        {
            string answer = Shorten(section.Paragraphs[0], 3);
            yield return Make(Pick(AboutHeading, Lower(section.Heading)), answer);
        }
        foreach (string paragraph in section.Paragraphs)
        {
            IReadOnlyList<string> sentences = ProseFilter.Sentences(paragraph);
            foreach (string sentence in sentences)
                if (DefinitionSentence().Match(sentence) is { Success: true } match && sentence.Length < 300)
                    yield return Make(Pick(Definition, Lower(match.Groups["what"].Value)), sentence);

            // Half of the paragraphs, so that prose and conversations come to about the same number of tokens.
            if (random.Next(2) == 0) continue;
            string text = Shorten(paragraph, 5);
            switch (random.Next(4))
            {
                case 0 when HasUsableHeading(section):
                    yield return Make($"{Pick(Title)}\n{text}", LeadingNumber().Replace(section.Heading, ""));
                    break;
                case 1 when sentences.Count > 1:
                    int at = random.Next(sentences.Count - 1);
                    yield return Make($"{Pick(Continue)}\n{sentences[at]}", sentences[at + 1]);
                    break;
                case 2 when sentences.Count > 1:
                    yield return Make($"{Pick(FirstSentence)}\n{text}", sentences[0]);
                    break;
                default:
                    string chosen = sentences[random.Next(Math.Min(5, sentences.Count))];
                    if (Subject(chosen) is string subject) yield return Make($"{Pick(AboutText, subject)}\n{text}", chosen);
                    break;
            }
        }
    }

    private Conversation Make(string question, string answer) =>
        new(random.Next(8) == 0 ? Systems[random.Next(Systems.Length)] : null, question, answer);

    private string Pick(string[] forms, string? filling = null)
    {
        string form = forms[random.Next(forms.Length)];
        return filling is null ? form : form.Replace("{0}", filling, StringComparison.Ordinal);
    }

    /// <summary>A run of two or three longer words that is likely the sentence's topic.</summary>
    private string? Subject(string sentence)
    {
        MatchCollection runs = LongWords().Matches(sentence);
        return runs.Count == 0 ? null : runs[random.Next(runs.Count)].Value;
    }

    private static bool HasUsableHeading(ProseSection section) =>
        section.Heading.Length is > 3 and < 70 && section.Heading.Count(char.IsAsciiLetter) > 0.7 * section.Heading.Length;

    private static string Shorten(string paragraph, int sentences) =>
        string.Join(' ', ProseFilter.Sentences(paragraph).Take(sentences));

    private static string Lower(string phrase)
    {
        string trimmed = LeadingNumber().Replace(phrase, "").Trim();
        return trimmed.Length > 1 && char.IsAsciiLetterLower(trimmed[1]) ? char.ToLowerInvariant(trimmed[0]) + trimmed[1..] : trimmed;
    }

    [GeneratedRegex(@"^(?<what>(?:(?:The|A|An) )?[A-Za-z][\w-]+(?: [a-z][\w-]+){0,3}) (?:is|are) (?:a|an|the|used|one|not|called)\b")]
    private static partial Regex DefinitionSentence();

    [GeneratedRegex(@"\b[a-z]{4,}(?: [a-z]{4,}){1,2}\b")]
    private static partial Regex LongWords();

    [GeneratedRegex(@"^[\d.]+\s*")]
    private static partial Regex LeadingNumber();
}
