using CsCheck;
using Pipeline.Jobs.Dataset.Filter;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Split;
using Pipeline.Tests.Jobs.Dataset.Filter;
using Pipeline.Tools.Benchmarks;

namespace Pipeline.Tests.Jobs.Dataset.Split;

public sealed class FactSplitTests
{
    private static readonly string[] Words = "what which tell name state give say show find list".Split(' ');

    [Fact]
    public void A_fact_with_three_wordings_is_examined_in_one_and_with_less_it_is_only_trained()
    {
        foreach (int n in Enumerable.Range(0, 50))
        {
            FactSplit.Divide(Fact($"two {n}", 2), new(), null).ShouldAllBe(r => r.Split == RowSplit.Train);
            IReadOnlyList<Row> three = FactSplit.Divide(Fact($"three {n}", 3), new(), null);
            three.Count(r => r.Split == RowSplit.Exam).ShouldBe(1);
            three.Count(r => r.Split == RowSplit.Train).ShouldBeGreaterThanOrEqualTo(1);
        }
        int[] examined = [.. Enumerable.Range(0, 200).Select(n => FactSplit.Divide(Fact($"ten {n}", 10), new(), null)
            .Count(r => r.Split == RowSplit.Exam))];
        examined.ShouldAllBe(count => count == 1 || count == 2);
        examined.Average().ShouldBeGreaterThan(1.7);
    }

    [Fact]
    public void A_wording_that_was_trained_is_never_examined_however_many_are_added() => Gen.Int[3, 8]
        .Select(Gen.Int[0, 8], Gen.Int[0, 100_000])
        .Sample((first, more, fact) =>
        {
            Row[] all = Fact($"fact {fact}", first + more);
            HashSet<string> trained = [.. FactSplit.Divide(all[..first], new(), null).Where(r => r.Split == RowSplit.Train)
                .Select(r => r.Hash)];
            return FactSplit.Divide(all, new(), null).Where(r => r.Split == RowSplit.Exam).All(r => !trained.Contains(r.Hash));
        }, iter: 500);

    [Fact]
    public void A_wording_that_was_trained_is_not_examined_when_the_examined_one_falls_out_of_the_dataset() => Gen.Int[3, 9]
        .Select(Gen.Int[0, 100_000])
        .Sample((count, fact) =>
        {
            IReadOnlyList<Row> before = FactSplit.Divide(Fact($"fact {fact}", count), new(), null);
            Row[] without = [.. before.Select(r => r.Split == RowSplit.Exam ? r.Reject(Reasons.NearDuplicate)
                : r with { Split = RowSplit.None })];
            IReadOnlyList<Row> after = FactSplit.Divide(without, new(), null);
            HashSet<string> trained = [.. before.Where(r => r.Split == RowSplit.Train).Select(r => r.Hash)];
            return after.Where(r => r.Split == RowSplit.Exam).All(r => !trained.Contains(r.Hash));
        }, iter: 300);

    [Fact]
    public void What_is_known_to_be_trained_is_not_examined()
    {
        foreach (int n in Enumerable.Range(0, 100))
        {
            Row[] all = Fact($"grown {n}", 6);
            IReadOnlySet<string> trained = TrainedQuestions.Of(FactSplit.Divide(all[..2], new(), null));
            trained.Count.ShouldBe(2);
            IReadOnlyList<Row> after = FactSplit.Divide(all, new(), trained);
            after.ShouldAllBe(r => r.Split == RowSplit.Train || !trained.Contains(RowHash.OfQuestion(r.Question)));
            after.ShouldContain(r => r.Split == RowSplit.Exam);
        }
    }

    [Fact]
    public void Documents_saved_again_and_ten_more_give_no_question_that_the_first_run_trained()
    {
        Row[] first = [.. Rows(900, 1)];
        IReadOnlyList<Row> trainedRows = Split(first);
        IReadOnlySet<string> incumbent = TrainedQuestions.Of(trainedRows);
        // Another file, other ids of blocks, the same text; and documents that were not there.
        Row[] again = [.. first.Select(r => r with
        {
            Chunk = "c" + r.Chunk,
            Section = "saved-again/" + r.Section,
            Sources = [.. r.Sources.Select(s => s with { DocumentSha256 = RowHash.Of(s.DocumentSha256), Block = "p9-" + s.Block,
                Page = s.Page + 2 })],
        })];
        IReadOnlyList<Row> secondRows = Split([.. again, .. Rows(1500, 99)]);
        Row[] exam = [.. secondRows.Where(r => r.Split == RowSplit.Exam)];
        exam.Length.ShouldBeGreaterThan(150);
        exam.Count(r => incumbent.Contains(RowHash.OfQuestion(r.Question))).ShouldBe(0);
        HashSet<string> old = [.. trainedRows.Where(r => r.Split == RowSplit.Exam).Select(r => r.Hash)];
        exam.Count(r => old.Contains(r.Hash)).ShouldBeGreaterThan(old.Count * 9 / 10);

        GateQuestions gate = GateQuestions.Usable(exam, TrainedQuestions.Of(secondRows), incumbent);
        gate.Rows.Count.ShouldBe(exam.Length);
        gate.Note.ShouldBeNull();
    }

    [Fact]
    public void No_question_is_on_two_sides_and_no_trained_one_is_nearly_an_examined_one_of_its_fact()
    {
        IReadOnlyList<Row> rows = Split([.. Rows(1200, 3)]);
        HashSet<string> asked = [.. rows.Where(r => r.Split is RowSplit.Exam or RowSplit.Eval).Select(r => RowHash.OfQuestion(r.Question))];
        rows.Where(r => r.Split == RowSplit.Train && r.Question.Length > 0)
            .ShouldAllBe(r => !asked.Contains(RowHash.OfQuestion(r.Question)));

        Row[] alike = [.. Fact("alike", 4), .. Enumerable.Range(0, 4).Select(i =>
            RowFilterTests.Row("alike", Fact("alike", 4)[i].Question + " !", "7", "7", $"z.{i}"))];
        foreach (Row row in FactSplit.Divide(alike, new(), null).Where(r => r.Split == RowSplit.Train))
            FactSplit.Divide(alike, new(), null).Where(r => r.Split == RowSplit.Exam)
                .ShouldAllBe(e => RowHash.OfQuestion(e.Question) != RowHash.OfQuestion(row.Question));
    }

    [Fact]
    public void Equal_rows_in_any_order_have_equal_splits()
    {
        Row[] rows = [.. Rows(250, 8)];
        Dictionary<string, RowSplit> expected = FactSplit.Divide(rows, new(), null).DistinctBy(r => r.Hash)
            .ToDictionary(r => r.Hash, r => r.Split);
        Gen.Shuffle(rows).Sample(shuffled => FactSplit.Divide(shuffled, new(), null).All(r => expected[r.Hash] == r.Split), iter: 10);
    }

    [Fact]
    public void Some_facts_serve_early_stopping_and_some_refusals_the_examination()
    {
        Row[] refusals = [.. Enumerable.Range(0, 100).Select(i => RowHash.WithHash(RowFilterTests.Row("",
            $"What is the colour of item {i}?", "I do not know.", null)
            with { Type = RowType.Refusal }))];
        IReadOnlyList<Row> rows = FactSplit.Divide([.. Enumerable.Range(0, 100).SelectMany(n => Fact($"f{n}", 8)), .. refusals], new(),
            null);
        rows.Count(r => r.Split == RowSplit.Eval).ShouldBeInRange(8, 25);
        rows.Count(r => r.Split == RowSplit.Exam && r.Type == RowType.Refusal).ShouldBeInRange(15, 45);
    }

    [Fact]
    public void Trained_questions_are_sorted_and_read_again()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("split-").FullName, TrainedQuestions.FileName);
        try
        {
            string[] hashes = [.. Enumerable.Range(0, 20).Select(i => RowHash.OfQuestion($"q {i}"))];
            TrainedQuestions.Write(path, hashes);
            byte[] bytes = File.ReadAllBytes(path);
            TrainedQuestions.Write(path, hashes.Reverse().Concat(hashes));
            File.ReadAllBytes(path).ShouldBe(bytes);
            TrainedQuestions.Read(path).Order(StringComparer.Ordinal).ShouldBe(hashes.Order(StringComparer.Ordinal));
            File.AppendAllText(path, "no hash\n");
            Should.Throw<InvalidDataException>(() => TrainedQuestions.Read(path)).Message.ShouldContain("line 21");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public void A_comparison_over_fewer_than_a_hundred_questions_says_so()
    {
        Row[] exam = [.. Enumerable.Range(0, 120).Select(i => RowFilterTests.Row($"f{i}", $"What is item {i}?", "7", "7"))];
        HashSet<string> candidate = [RowHash.OfQuestion(exam[0].Question)];
        HashSet<string> incumbent = [.. exam.Skip(1).Take(30).Select(r => RowHash.OfQuestion(r.Question))];
        GateQuestions.Usable(exam, candidate, null).ShouldSatisfyAllConditions(g => g.Rows.Count.ShouldBe(119), g => g.Note.ShouldBeNull());
        GateQuestions few = GateQuestions.Usable(exam, candidate, incumbent);
        few.Rows.Count.ShouldBe(89);
        few.LeftOut.ShouldBe(31);
        few.Note!.ShouldContain("89 of 120");
    }

    [Fact]
    public void Overlap_counts_items_with_thirteen_words_of_a_trained_question()
    {
        string longer = "in the handbook of the large machine what is the maximum pressure of the second valve on the left";
        Row train = RowFilterTests.Row("a", longer, "7", "7");
        Row same = RowFilterTests.Row("a", "Please say: " + longer, "7", "7"),
            other = RowFilterTests.Row("b", "What is the port?", "8", "8");
        Overlap overlap = Overlap.Measure([train], [same, other]);
        overlap.ShouldBe(new Overlap(2, 1));
        overlap.Share.ShouldBe(0.5);
    }

    [Fact]
    public void A_funnel_whose_parts_do_not_sum_up_is_refused()
    {
        FunnelBuilder builder = new FunnelBuilder().AddDocuments(1, 1, 100, 60, new Dictionary<string, long> { [Reasons.Index] = 40 });
        builder.Build().CharactersKept.ShouldBe(60);
        Should.Throw<InvalidOperationException>(() => builder.AddDocuments(1, 1, 10, 1, []).Build())
            .Message.ShouldContain("110 characters");
        Should.Throw<InvalidOperationException>(() => FunnelBuilder.Check(new()
        {
            Rows = 2,
            Kept = new Dictionary<string,
            int>
            { ["train"] = 1 }
        }));
        Row row = Fact("x", 1)[0] with { Author = "ann" };
        new FunnelBuilder().AddRows([row.Reject("I do not like it"), row.Reject(Reasons.Excluded)]).Build().Rejected
            .ShouldBe(new Dictionary<string, int> { [Reasons.Excluded] = 1, [Reasons.Person] = 1 });
        Should.Throw<InvalidOperationException>(() => new FunnelBuilder().AddRows([Fact("x", 1)[0] with { State = RowState.Rejected }]));
    }

    private static Row[] Fact(string id, int wordings) => [.. Enumerable.Range(0, wordings).Select(i =>
        RowFilterTests.Row(id, $"{Words[i % 10]} {i} {id} is {string.Concat(Enumerable.Repeat((char)('a' + i), 5))} of?", "7", "7",
            $"key.{i}"))];

    private static IEnumerable<Row> Rows(int count, int seed) => SyntheticRows.Make(count, seed).Select(r => r.Row);

    private static IReadOnlyList<Row> Split(Row[] rows) => FactSplit.Divide(RowFilter.Filter(rows,
        new() { MaxShareOfDocument = null, MaxRowsOfSection = null }, text => text.Length / 4, CancellationToken.None), new(), null);
}
