using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Families;

namespace Pipeline.Tests.Models.Evaluation;

public sealed class ExaminerTests
{
    private static readonly string Adapter = Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "final");

    private static readonly ExamSide[] Sides = [new(ExamSide.Base, null), new("adapter", Adapter)];

    [Fact]
    public void Every_side_is_asked_everything_and_progress_ends_at_the_whole()
    {
        using LanguageModel model = Load();
        List<(int Done, int All)> told = [];
        ExaminationResult result = Examiner.Examine(model, Sides, Questions(5), [Question("c1")], Options() with
        {
            Retention = true,
            RetentionLanguages = ["it"],
            OpenBookItems = 2,
            HeldOut = [new InstructionExample("What is the flow of pump 1?", "", "3 litres")],
            Progress = (done, all) => told.Add((done, all)),
        }, TestContext.Current.CancellationToken);

        result.Sides.Select(side => (side.Name, side.HasAdapter, side.Closed.Count, side.Open.Count, side.Control.Count))
            .ShouldBe([(ExamSide.Base, false, 5, 2, 1), ("adapter", true, 5, 2, 1)]);
        Math.Abs(result.Side("adapter").Loss!.Value - result.Side(ExamSide.Base).Loss!.Value).ShouldBeGreaterThan(1e-3);
        result.Sides.ShouldAllBe(side => side.Retention!.Asked == 4 && side.Retention.Loss > 0);
        told[^1].ShouldBe((2 * (5 + 1 + 2 + 1 + 4), 2 * (5 + 1 + 2 + 1 + 4)));
        told.Select(t => t.Done).ShouldBeInOrder();

        string json = ExaminationJson.Write(result);
        ExaminationJson.Write(ExaminationJson.Read(json)).ShouldBe(json);
        json.ShouldNotContain("context");       // texts of documents are not stored once more
    }

    [Fact]
    public void A_call_that_fails_costs_the_others_of_its_batch_nothing_and_is_neither_right_nor_wrong()
    {
        using LanguageModel model = Load();
        ExamItem tooLong = Question("long") with { Question = string.Join(' ', Enumerable.Range(0, 400)) };
        ExaminationResult alone = Examine(model, Questions(3)), together = Examine(model, [.. Questions(3), tooLong]);

        together.Side("adapter").Closed[3].Failure.ShouldNotBeNull().ShouldContain("tokens");
        together.Side("adapter").Closed.Take(3).Select(reply => reply.Text).ShouldBe(alone.Side("adapter").Closed.Select(r => r.Text));
        ExaminationFigures figures = ExaminationFigures.Of(together);
        figures.Sides.ShouldAllBe(side => side.Right.Total == 3 && side.Failures == 2);      // closed book and open book
        (figures.Comparisons[0].Difference.Items, figures.Comparisons[0].Failed).ShouldBe((3, 1));
        together.Warnings.ShouldContain(warning =>
            warning.StartsWith("adapter: 1 of 4 calls of the model failed", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_every_call_fails_there_is_no_result()
    {
        using LanguageModel model = Load();
        ExamItem tooLong = Question("long") with { Question = string.Join(' ', Enumerable.Range(0, 400)) };
        Should.Throw<InputException>(() => Examine(model, [tooLong])).Message.ShouldContain("no call of the model succeeded");
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused_before_anything_is_asked()
    {
        using LanguageModel model = Load();
        int told = 0;
        ExamSide[] sides = [Sides[0], new("adapter", Path.Combine(GoldenFiles.Root, "lora-qwen3-tiny-dora", "final"))];
        Should.Throw<InputException>(() => Examiner.Examine(model, sides, Questions(2), [], Options() with { Progress = (_, _) => told++ },
            TestContext.Current.CancellationToken));
        told.ShouldBe(0);
    }

    [Fact]
    public void An_examination_that_was_stopped_goes_on_where_it_was_and_gives_the_same_result()
    {
        using TemporaryFolder folder = new();
        using LanguageModel model = Load();
        ExaminationOptions options = Options() with { BatchSize = 2, Journal = folder.File("replies.jsonl") };
        string whole = ExaminationJson.Write(Timeless(Examine(model, Questions(6), options with { Journal = null })));
        using CancellationTokenSource stop = new();
        Should.Throw<OperationCanceledException>(() => Examiner.Examine(model, Sides, Questions(6), [], options with
        {
            Progress = (done, _) =>
            {
                if (done == 4) stop.Cancel();
            },
        }, stop.Token));
        File.AppendAllText(options.Journal!, "{\"Key\":\"base/clo");       // the line that a kill cut

        List<int> told = [];
        string resumed = ExaminationJson.Write(Timeless(Examine(model, Questions(6),
            options with { Progress = (done, _) => told.Add(done) })));
        resumed.ShouldBe(whole);
        told[0].ShouldBe(4);        // known replies are not asked again
        File.ReadAllLines(options.Journal!).Length.ShouldBe(1 + 2 * (6 + 6));

        List<int> other = [];
        Examine(model, [.. Questions(5), Question("q9")], options with { Progress = (done, _) => other.Add(done) });
        other[0].ShouldBe(2);       // another examination has another journal
    }

    [Fact]
    public void Questions_of_a_file_keep_what_it_says_of_them()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("exam.jsonl");
        File.WriteAllLines(path,
        [
            """{"question":"Who?","answer":"Ada","answers":["A. Kelmont"],"context":"Ada did.","document":"a.pdf","page":3,"""
                + """ "section":"s1","type":"reverse","language":"en","fact":"f1","id":"x"}""",
            """{"question":"What is the wind?","answerable":false}""",
            """{"instruction":"When?","input":"In short.","output":"1887"}""",
            """{"question":"Which?","parts":["apt","dpkg"]}""",
        ]);
        IReadOnlyList<ExamItem> items = ExamFile.Read(path);
        (items[0] with { Alternatives = [] }).ShouldBe(new ExamItem
        {
            Id = "x",
            Question = "Who?",
            Expected = "Ada",
            Context = "Ada did.",
            Document = "a.pdf",
            Page = 3,
            Section = "a.pdf/s1",
            Type = "reverse",
            Language = "en",
            Fact = "f1",
            Alternatives = [],
            Parts = items[0].Parts,
        });
        items[0].Alternatives.ShouldBe(["A. Kelmont"]);
        (items[1].Answerable, items[1].Expected, items[1].Id).ShouldBe((false, "", "exam-2"));
        (items[2].Question, items[2].Expected).ShouldBe(("When?\nIn short.", "1887"));
        (items[3].Expected, items[3].Parts.Count).ShouldBe(("apt, dpkg", 2));
    }

    [Theory]
    [InlineData("""{"question":"Who?"}""", "line 1: field 'answer' is missing or empty")]
    [InlineData("""{"answer":"Ada"}""", "line 1: field 'question' is missing or empty")]
    [InlineData("""{"question":"Who?","answer":"Ada","page":"three"}""", "line 1: field 'page' must be a whole number from 1")]
    [InlineData("""{"question":"Who?","answer":"Ada","answers":"A"}""", "line 1: field 'answers' must be a list of texts")]
    [InlineData("""{"question":"Who?","answer":"Ada","answerable":"no"}""", "line 1: field 'answerable' must be true or false")]
    [InlineData("{", "line 1: not JSON")]
    public void A_fault_of_a_file_names_line_and_field(string line, string message)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("exam.jsonl");
        File.WriteAllText(path, line);
        Should.Throw<InputException>(() => ExamFile.Read(path)).Message.ShouldContain(message);
    }

    [Fact]
    public void A_comparison_leaves_out_what_either_side_was_trained_on()
    {
        using LanguageModel model = Load();
        ExamSide[] sides = [Sides[0], Sides[1] with { Trained = new HashSet<string> { "q1", "other" } },
            new("current", Adapter) { Trained = new HashSet<string> { "q2" } }];
        ExaminationFigures figures = ExaminationFigures.Of(Examiner.Examine(model, sides, Questions(5), [], Options(),
            TestContext.Current.CancellationToken));
        figures.Comparisons.Select(c => (c.Side, c.With, c.Difference.Items, c.Trained))
            .ShouldBe([("adapter", ExamSide.Base, 4, 1), ("adapter", "current", 3, 2)]);
    }

    private static LanguageModel Load() => LanguageModel.Load(Path.Combine(GoldenFiles.Root, "phi4-tiny"));

    private static ExaminationResult Examine(LanguageModel model, IReadOnlyList<ExamItem> items, ExaminationOptions? options = null) =>
        Examiner.Examine(model, Sides, items, [], options ?? Options(), TestContext.Current.CancellationToken);

    private static ExaminationOptions Options() => new() { MaxNewTokens = 3, BatchSize = 4, Retention = false };

    private static ExamItem[] Questions(int count) => [.. Enumerable.Range(1, count).Select(i => Question($"q{i}"))];

    private static ExamItem Question(string id) => new()
    {
        Id = id,
        Question = $"What is the flow of {id}?",
        Expected = "12 litres",
        Context = $"{id} has a flow of 12 litres.",
        Language = "en",
    };

    private static ExaminationResult Timeless(ExaminationResult result) =>
        result with { Sides = [.. result.Sides.Select(side => side with { Seconds = 0 })] };
}
