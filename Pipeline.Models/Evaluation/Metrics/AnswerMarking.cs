namespace Pipeline.Models.Evaluation.Metrics;

/// <summary>
/// When a reply is right. It says what the answer says, whatever else it says:
/// <list type="bullet">
/// <item>an answer with numbers and at most three other words: all its numbers stand in the reply (in any notation, without a unit that
/// contradicts), its other words too, and the reply does not guess, that is, lists at most four further numbers;</item>
/// <item>another answer of up to twelve words: it stands in the reply as words of its own, after SQuAD's normalisation;</item>
/// <item>a longer answer: all its numbers and four fifths of the words that the question does not say stand in the reply;</item>
/// <item>a list: every item is right by these rules;</item>
/// <item>an answer without a letter or digit: it is the whole reply.</item>
/// </list>
/// Style does not help: a reply in the form of the answer with another year or name is wrong.
/// </summary>
public static class AnswerMarking
{
    private const int LongestShort = 12, OtherWords = 3, OtherNumbers = 4;
    private const double LongShare = 0.8;

    // Between a number and its unit, or before a number.
    private static readonly HashSet<string> Fillers = ["per", "pro", "por", "par", "about", "approximately", "etwa", "ca", "circa",
        "environ", "aproximadamente", "cerca", "unos", "in", "en", "im", "at", "de", "of", "um", "à", "no", "nel", "um"];

    /// <summary>Measures a reply.</summary>
    /// <param name="reply">What the model said.</param>
    /// <param name="key">What is right.</param>
    public static AnswerScore Mark(string reply, AnswerKey key)
    {
        ArgumentNullException.ThrowIfNull(reply);
        ArgumentNullException.ThrowIfNull(key);
        AnswerScore[] scores = [.. key.Alternatives.Prepend(key.Expected).Select(expected => MarkOne(reply, expected, key))];
        bool isRight = key.Parts.Count > 0 ? key.Parts.All(part => IsRight(reply, part, key)) : scores.Any(score => score.IsRight);
        return new AnswerScore(isRight, scores.Any(s => s.IsExact), scores.All(s => s.HasNumbers is null)
            ? null : scores.Any(s => s.HasNumbers == true), scores.Any(s => s.Contains), scores.Max(s => s.TokenF1),
            scores.Max(s => s.RougeL), scores.Max(s => s.ChrF));
    }

    private static AnswerScore MarkOne(string reply, string expected, AnswerKey key)
    {
        IReadOnlyList<NumberText> wanted = NumberText.All(expected);
        return new AnswerScore(IsRight(reply, expected, key), TokenF1.IsExact(reply, expected, key.Language),
            wanted.Count == 0 ? null : Have(NumberText.All(reply), wanted), TokenF1.Contains(reply, expected, key.Language),
            TokenF1.Of(reply, expected, key.Language), RougeL.Of(reply, expected), ChrF.Of(reply, expected));
    }

    private static bool IsRight(string reply, string expected, AnswerKey key)
    {
        string[] words = AnswerText.Tokens(expected, key.Language);
        // An answer without a letter or digit, such as a wildcard, must be the whole reply.
        if (words.Length == 0) return expected.Trim() is { Length: > 0 } sign && reply.Trim(' ', '\n', '.', '`', '"') == sign;
        IReadOnlyList<NumberText> numbers = NumberText.All(expected);
        string[] others = OthersOf(words);
        if (numbers.Count > 0 && others.Length <= OtherWords)
            return IsRightNumber(reply, numbers, others, key);
        return words.Length <= LongestShort
            ? TokenF1.Contains(reply, expected, key.Language)
            : IsRightText(reply, words, numbers, key);
    }

    private static bool IsRightNumber(string reply, IReadOnlyList<NumberText> wanted, string[] others, AnswerKey key)
    {
        IReadOnlyList<NumberText> said = NumberText.All(reply);
        if (!Have(said, wanted)) return false;
        NumberText[] asked = [.. NumberText.All(key.Question), .. wanted];
        int guesses = said.Where(number => !asked.Any(known => known.Matches(number))).Select(number => number.Written).Distinct().Count();
        HashSet<string> words = [.. AnswerText.Tokens(reply, key.Language)];
        return guesses <= OtherNumbers && others.All(words.Contains);
    }

    private static bool IsRightText(string reply, string[] words, IReadOnlyList<NumberText> numbers, AnswerKey key)
    {
        HashSet<string> asked = [.. AnswerText.Tokens(key.Question, key.Language)], said = [.. AnswerText.Tokens(reply, key.Language)];
        string[] own = [.. words.Distinct().Where(word => !asked.Contains(word))];
        if (own.Length == 0) own = [.. words.Distinct()];
        return Have(NumberText.All(reply), numbers) && own.Count(said.Contains) >= LongShare * own.Length;
    }

    // Words that are neither numbers nor units.
    private static string[] OthersOf(string[] words) => [.. words.Where(word => !word.Any(char.IsDigit) && word.Length > 1
        && Units.NameOf(word) is null && !Fillers.Contains(word)).Distinct()];

    private static bool Have(IReadOnlyList<NumberText> said, IReadOnlyList<NumberText> wanted) =>
        wanted.All(number => said.Any(number.Matches));
}
