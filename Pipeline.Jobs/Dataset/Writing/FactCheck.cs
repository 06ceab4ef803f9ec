using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Replies;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>Compares what a model says with the text it was given.</summary>
internal static partial class FactCheck
{
    private const int LongestValue = 600;           // characters; longer is no value of one thing
    private const double LeastWordsInText = 0.6;

    /// <summary>The fact with its exact place.</summary>
    /// <returns>Why it is none, one of <see cref="Reasons"/>; null where it is.</returns>
    public static string? Grounded(Chunk chunk, Evidence evidence, ReadFact found, out Fact? fact)
    {
        fact = null;
        if (IsPlaceholder(found.Subject) || IsPlaceholder(found.Value)) return Reasons.Empty;
        if (found.Value.Length > LongestValue || found.Subject.Length > LongestValue) return Reasons.TooLong;
        FoundEvidence? place = found.Quote is { } quote ? evidence.Find(quote) : evidence.SentenceWith(found.Subject, found.Value);
        if (place is null) return Reasons.Ungrounded;
        if (Numbers(found.Value).Except(Numbers(chunk.Text), StringComparer.Ordinal).Any()) return Reasons.WrongNumber;
        if (!StandsIn(found.Value, chunk.Text)) return Reasons.Ungrounded;
        string subject = OneLine(found.Subject), value = OneLine(found.Value);
        string? attribute = found.Attribute is { } given && !IsPlaceholder(given) ? OneLine(given) : null;
        fact = new Fact
        {
            Id = RowHash.OfFact(chunk.Title, subject, attribute),
            Kind = "model",
            Scope = chunk.Title,
            Subject = subject,
            Attribute = attribute,
            Value = value,
            Language = chunk.Language,
            Sources = place.Spans,
            Chunk = chunk.Id,
            Evidence = place.Text,
        };
        return null;
    }

    /// <summary>Which fact a question belongs to: the one it names, if its answer fits; otherwise the only one that it says.</summary>
    /// <returns>Its index; null where that is not certain.</returns>
    public static int? FactOf(ReadQuestion question, IReadOnlyList<Fact> facts, bool onlyOne)
    {
        if (onlyOne) return 0;
        int? named = question.Fact is { } number && number >= 1 && number <= facts.Count ? number - 1 : null;
        if (named is { } index && Says(question.Answer, facts[index])) return index;
        int[] fitting = [.. Enumerable.Range(0, facts.Count).Where(i => Says(question.Answer, facts[i]))];
        return fitting.Length == 1 ? fitting[0] : named;
    }

    /// <summary>Why an answer of a small model is of no use beside its sentence; null where it can be kept.</summary>
    public static string? Rejects(ReadQuestion read, string sentence) =>
        IsPlaceholder(read.Question) || IsPlaceholder(read.Answer) ? Reasons.Empty
        : Numbers(read.Answer).Except(Numbers(sentence), StringComparer.Ordinal).Any() ? Reasons.WrongNumber
        : !StandsIn(read.Answer, sentence) ? Reasons.Ungrounded
        : RowHash.Normalised(read.Question).Contains(RowHash.Normalised(read.Answer), StringComparison.Ordinal) ? Reasons.AnswerInQuestion
        : NoReference().IsMatch(read.Question) ? Reasons.NotSelfContained
        : !read.Question.TrimEnd().EndsWith('?') && !read.Question.TrimEnd().EndsWith('？') ? Reasons.Unparsable
        : !Words(read.Question).Intersect(Words(sentence), StringComparer.Ordinal).Any() ? Reasons.Ungrounded
        : null;

    /// <summary>What models leave in place of a value when they copy the form of the reply.</summary>
    public static bool IsPlaceholder(string text) => RowHash.Normalised(text).Length == 0
        || text.Trim(' ', '<', '>', '.', ':', '"', '*').ToLowerInvariant() is "string" or "the question" or "the answer" or "question"
            or "answer" or "subject" or "value" or "quote" or "n/a" or "the answer, with words of the text" or "none" or "null";

    private static bool Says(string answer, Fact fact) =>
        $" {RowHash.Normalised(answer)} ".Contains($" {RowHash.Normalised(fact.Value)} ", StringComparison.Ordinal);

    /// <summary>Whether the words of a value are those of the text, in whatever order.</summary>
    private static bool StandsIn(string value, string text)
    {
        string normal = RowHash.Normalised(value), whole = RowHash.Normalised(text);
        if (whole.Contains(normal, StringComparison.Ordinal)) return true;
        string[] words = [.. Words(value)];
        HashSet<string> there = [.. whole.Split(' ')];
        return words.Length > 0 && words.Count(there.Contains) >= LeastWordsInText * words.Length;
    }

    private static IEnumerable<string> Words(string text) => RowHash.Normalised(text).Split(' ').Where(word => word.Length > 3);

    private static IEnumerable<string> Numbers(string text) => Number().Matches(text).Select(match => match.Value.Trim('.', ','));

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex(@"\b(?:th(?:is|e) (?:text|passage|sentence|section|document|following)|above|below)\b", RegexOptions.IgnoreCase)]
    private static partial Regex NoReference();

    [GeneratedRegex(@"\d[\d.,]*")]
    private static partial Regex Number();
}
