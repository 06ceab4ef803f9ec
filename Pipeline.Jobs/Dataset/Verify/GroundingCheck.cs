using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>Whether numbers and content words of an answer stand in its source.</summary>
internal static partial class GroundingCheck
{
    /// <summary>Types whose answer is a value of the document, and not a text about it.</summary>
    public static bool IsStrict(RowType type) => type is RowType.Question or RowType.Reverse or RowType.Cloze or RowType.List;

    /// <summary>The first number of the answer that stands neither in the source nor in the question; null where there is none.</summary>
    public static string? WrongNumber(Row row, SourceText chunk, SourceText span, SourceText question)
    {
        SourceText source = IsStrict(row.Type) && row.Evidence.Length > 0 ? span : chunk;
        string answer = row.Answer;
        if (row.Type is RowType.List or RowType.KeyPoints or RowType.Rewrite or RowType.Implication)
            answer = Numbering().Replace(answer, "");
        HashSet<string>? derived = row.Type == RowType.Comparison ? Derived(span) : null;
        int items = row.Type == RowType.List ? Items(row) : -1;
        foreach (NumberReader.Number number in NumberReader.Read(TextWords.Flat(answer), insideWords: false))
            if (!source.Has(number) && !question.Has(number) && derived?.Overlaps(number.Values) != true
                && !number.Values.Contains(items.ToString(CultureInfo.InvariantCulture)))
                return number.Text;
        if (!IsStrict(row.Type))
            return null;
        // From three on: "one" and "two" are articles and pronouns as often as numbers.
        foreach (string word in TextWords.Of(answer).Select(TextWords.Fold))
            if (NumberWords.Value(word) is >= 3 and int value && value != items
                && !source.Numbers.Contains(value.ToString(CultureInfo.InvariantCulture)) && !source.Has(word)
                && !question.Numbers.Contains(value.ToString(CultureInfo.InvariantCulture)))
                return word;
        return null;
    }

    /// <summary>The share of the answer's content words that stand in its source, and what is expected; null where it is enough.</summary>
    public static string? Ungrounded(Row row, SourceText chunk, SourceText span, SourceText question)
    {
        if (row.Evidence.Length > 0 && Share(Content(row.Evidence, row.Language), chunk) is < 0.8 and double found)
            return $"evidence: {Percent(found)} of its words stand in the chunk";
        List<string> answer = Content(row.Answer, row.Language);
        if (!IsStrict(row.Type))
        {
            double least = row.Type switch { RowType.Rewrite => 0.4, RowType.KeyPoints => 0.45, RowType.Implication => 0.3, _ => 0.45 };
            List<string> free = row.Type is RowType.Comparison or RowType.Implication or RowType.Figure ? Without(answer, question)
                : answer;
            return free.Count > 2 && Share(free, chunk) is double share && share < least
                ? $"{Percent(share)} of the content words stand in the chunk, {Percent(least)} expected" : null;
        }
        if (row.Expected is { Length: > 0 } expected)
        {
            List<string> value = Content(expected, row.Language);
            if (value.Count > 0 && Share(value, span) is < 0.75 and double said)
                return $"expected answer: {Percent(said)} of its words stand in the evidence";
            SourceText given = new(row.Answer);
            if (!Content(expected, row.Language).All(given.Has)
                || NumberReader.Read(TextWords.Flat(expected), insideWords: true).Any(number => !given.Has(number)))
                return "the answer does not hold the expected answer";
        }
        List<string> added = Without(answer, question);
        if (added.Count == 0)
            return null;
        double inSpan = Share(added, span), inChunk = Share(added, chunk);
        // The value itself was found above, so the words around it may be the writer's own.
        double wanted = row.Expected is { Length: > 0 } ? added.Count <= 3 ? 0 : 0.3 : added.Count <= 2 ? 0.5 : 0.6;
        return inSpan < wanted || inChunk < wanted
            ? $"{Percent(inSpan)} of what it adds to the question stands in the evidence, {Percent(wanted)} expected" : null;
    }

    /// <summary>Content words without accents; pairs of characters where a script has no blanks; neither numbers nor stop words.</summary>
    public static List<string> Content(string text, string language)
    {
        List<string> content = [];
        List<string> words = TextWords.Of(text);
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            if (TextWords.IsUnspaced(word[0]))
            {
                if (i > 0 && TextWords.IsUnspaced(words[i - 1][0]))
                    content.Add(words[i - 1] + word);
                continue;
            }
            string folded = TextWords.Fold(word);
            if (folded.Length > 1 && !folded.Any(char.IsDigit) && !StopWords.Of(language).Contains(folded)
                && NumberWords.Value(folded) is null)
                content.Add(folded);
        }
        return content;
    }

    /// <summary>Content words that a question does not hold.</summary>
    public static List<string> Without(List<string> words, SourceText question) => [.. words.Where(word => !question.Has(word))];

    private static double Share(List<string> words, SourceText source)
    {
        string[] distinct = [.. words.Distinct(StringComparer.Ordinal)];
        return distinct.Length == 0 ? 1 : (double)distinct.Count(source.Has) / distinct.Length;
    }

    // Differences and ratios of two numbers of the source, which comparisons may state.
    private static HashSet<string> Derived(SourceText span)
    {
        decimal[] numbers = [.. span.Numbers.Select(n => decimal.TryParse(n, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out decimal d)
            && d < 1_000_000_000_000m ? d : -1).Where(d => d >= 0).Distinct().Take(60)];
        HashSet<string> derived = new(StringComparer.Ordinal);
        foreach (decimal a in numbers)
            foreach (decimal b in numbers)
            {
                if (a >= b)
                    derived.Add((a - b).ToString("0.############", CultureInfo.InvariantCulture));
                for (int digits = 0; b != 0 && digits <= 2; digits++)
                    derived.Add(Math.Round(a / b, digits).ToString("0.##", CultureInfo.InvariantCulture));
            }
        return derived;
    }

    private static int Items(Row row)
    {
        int lines = row.Answer.Split('\n').Count(line => line.Trim().Length > 0);
        return lines > 1 ? row.Answer.Split('\n').Count(line => Bullet().IsMatch(line)) is > 0 and int bullets ? bullets : lines
            : row.Answer.Split(',', ';', '、').Length;
    }

    private static string Percent(double share) => share.ToString("P0", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[ \t]*\(?[0-9]{1,3}[.)][ \t]", RegexOptions.Multiline)]
    private static partial Regex Numbering();

    [GeneratedRegex(@"^[ \t]*(?:[-*•–]|\(?[0-9]{1,3}[.)])[ \t]")]
    private static partial Regex Bullet();
}
