using System.Text.RegularExpressions;
using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation;

namespace Pipeline.Tests.Models.Datasets;

/// <summary>The product's general sets, and files in their place.</summary>
public sealed partial class GeneralTextTests
{
    private const int Grams = 13; // words; as usual in studies of contamination

    [Fact]
    public void The_set_for_training_has_questions_and_prose_in_every_language()
    {
        IReadOnlyList<GeneralRow> rows = GeneralText.ForRetention();
        foreach (string language in GeneralText.Languages)
        {
            GeneralRow[] own = [.. rows.Where(row => row.Language == language)];
            own.Count(row => row.Example is not null).ShouldBeGreaterThanOrEqualTo(language == "en" ? 120 : 20, language);
            own.Count(row => row.Example is null).ShouldBeGreaterThanOrEqualTo(language == "en" ? 60 : 8, language);
        }
        rows.Select(row => row.Language).ShouldBeSubsetOf(GeneralText.Languages);
        rows.Select(TextOf).ShouldBeUnique();
        GeneralText.ForRetention("es", "it").Select(row => row.Language).Distinct().ShouldBe(["es", "it"], ignoreOrder: true);
    }

    [Fact]
    public void The_set_for_examination_has_questions_with_answers_and_prose_in_every_language()
    {
        GeneralExamination set = GeneralText.ForExamination();
        set.Questions.Count.ShouldBeGreaterThanOrEqualTo(60);
        set.Questions.ShouldAllBe(q => q.Answers.Count > 0 && q.Answers.All(answer => answer.Length > 0));
        set.Questions.Select(q => q.Question).ShouldBeUnique();
        foreach (string language in GeneralText.Languages)
        {
            set.Questions.Count(q => q.Language == language).ShouldBeGreaterThanOrEqualTo(4, language);
            set.Prose.Where(p => p.Language == language).Sum(p => WordsOf(p.Text).Length)
                .ShouldBeGreaterThanOrEqualTo(language == "en" ? 1500 : 390, language);
        }
    }

    [Fact]
    public void What_is_examined_is_not_trained_on()
    {
        IReadOnlyList<GeneralRow> trained = GeneralText.ForRetention();
        GeneralExamination examined = GeneralText.ForExamination();
        HashSet<string> questions = [.. trained.Where(row => row.Example is not null).Select(row => Normal(row.Example!.Question))];
        examined.Questions.Select(q => Normal(q.Question)).Where(questions.Contains).ShouldBeEmpty();
        HashSet<string> grams = [.. trained.SelectMany(row => GramsOf(TextOf(row)))];
        grams.Count.ShouldBeGreaterThan(1000);
        examined.Questions.Select(q => q.Question).Concat(examined.Prose.Select(p => p.Text)).SelectMany(GramsOf).Where(grams.Contains)
            .ShouldBeEmpty();
    }

    [Fact]
    public void A_file_of_ones_own_may_hold_rows_of_a_dataset_and_prose()
    {
        using TemporaryFolder folder = new();
        File.WriteAllLines(folder.File("own.jsonl"), ["""{"text": "Some prose."}""",
            """{"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]}"""]);
        IReadOnlyList<GeneralRow> rows = GeneralText.Read(folder.File("own.jsonl"));
        rows[0].Text.ShouldBe("Some prose.");
        (rows[1].Example!.Question, rows[1].Example!.Output).ShouldBe(("Why?", "So."));
        File.WriteAllText(folder.File("own.txt"), "One paragraph\nof two lines.\r\n\r\n\nAnother.\n");
        GeneralText.Read(folder.File("own.txt")).Select(row => row.Text).ShouldBe(["One paragraph\nof two lines.", "Another."]);
        File.WriteAllText(folder.File("empty.txt"), " \n");
        Should.Throw<InputException>(() => GeneralText.Read(folder.File("empty.txt"))).Message.ShouldContain("empty.txt: holds no text");
        Should.Throw<InputException>(() => GeneralText.Read(folder.File("none.md"))).Message.ShouldContain("not found");
        File.WriteAllText(folder.File("bad.jsonl"), """{"text": "Prose."}""" + "\n" + """{"instruction": "Only a question."}""");
        Should.Throw<InputException>(() => GeneralText.Read(folder.File("bad.jsonl"))).Message.ShouldContain("line 2: field 'output'");
    }

    [Theory]
    [InlineData("The answer is 7.", "7", true)]
    [InlineData("The answer is 17.", "7", false)]
    [InlineData("It is PARIS, of course", "Paris", true)]
    [InlineData("Parisian", "Paris", false)]
    [InlineData("H₂O", "H2O", false)]
    public void An_answer_counts_where_it_stands_by_itself(string reply, string answer, bool expected) =>
        GeneralKnowledge.Holds(reply, answer).ShouldBe(expected);

    private static string TextOf(GeneralRow row) => row.Example is { } example ? $"{example.Question} {example.Output}" : row.Text;

    private static IEnumerable<string> GramsOf(string text)
    {
        string[] words = WordsOf(text);
        return Enumerable.Range(0, Math.Max(0, words.Length - Grams + 1)).Select(i => string.Join(' ', words[i..(i + Grams)]));
    }

    private static string Normal(string text) => string.Join(' ', WordsOf(text));

    private static string[] WordsOf(string text) => [.. Word().Matches(text.ToLowerInvariant()).Select(word => word.Value)];

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Word();
}
