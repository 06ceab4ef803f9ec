using System.Text.Json;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;
using Pipeline.Models.Datasets;

namespace Pipeline.Tests.Jobs.Dataset.Files;

public sealed class DatasetFolderTests : IDisposable
{
    private static readonly Row[] Rows =
    [
        .. TestRows.OneOfEach,
        TestRows.Question("Held?", "yes", RowSplit.Eval),
        TestRows.Question("What is the limit?", "The limit is 254 bytes.", RowSplit.Exam, "254 bytes"),
        TestRows.Question("Wrong?", "255").Reject(Reasons.WrongNumber),
    ];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_trainer_reads_the_folder_and_every_row_comes_back_whole()
    {
        await WriteAsync("a", Rows);
        IReadOnlyList<InstructionExample> train = InstructionDataset.Load(_folder.File("a"), "train");
        train.Select(example => example.Question).ShouldBe(["What, then, is a \"pump\"?", " Why? "]);
        (train[1].System, train[1].History.Count).ShouldBe(("Be brief.", 1));
        InstructionDataset.Load(_folder.File("a"), "eval").ShouldHaveSingleItem().Question.ShouldBe("Held?");
        InstructionDataset.Load(_folder.File("a"), "train,text")[^1].Text.ShouldBe(Rows[2].Text);
        DatasetFolder.ReadRows(_folder.File("a")).Select(RowJson.Write).ShouldBe(Rows.Select(RowJson.Write));
        (await DatasetImport.ReadAsync(_folder.File("a"), new(), Stop)).Rows.Select(row => row.Hash).ShouldBe(Rows.Select(row => row.Hash));
    }

    [Theory]
    [InlineData("preferences", "ranking is true")]
    [InlineData("images", "a template of text has no place for it")]
    public async Task What_the_built_in_trainer_cannot_train_is_refused_by_name(string name, string message)
    {
        await WriteAsync("a", Rows);
        Should.Throw<InputException>(() => InstructionDataset.Load(_folder.File("a"), name)).Message.ShouldContain(message);
        Should.Throw<InputException>(() => InstructionDataset.Load(_folder.File($"a/{name}.jsonl"))).Message.ShouldContain("the trainer");
    }

    [Fact]
    public async Task Files_of_kinds_that_a_dataset_does_not_have_are_not_there_even_where_an_earlier_one_had_them()
    {
        await WriteAsync("a", Rows);
        await WriteAsync("a", [TestRows.Question("a", "b")]);
        Directory.GetFiles(_folder.File("a")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["dataset_info.json",
            "eval.jsonl", "exam.jsonl", "funnel.json", "rows.jsonl", "train.jsonl", "train.provenance.jsonl"]);
    }

    [Fact]
    public async Task Equal_rows_give_equal_bytes_whatever_the_order_of_counts()
    {
        await WriteAsync("a", Rows, new() { Rejected = new Dictionary<string, int> { ["b"] = 1, ["a"] = 2 } });
        await WriteAsync("b", Rows, new() { Rejected = new Dictionary<string, int> { ["a"] = 2, ["b"] = 1 } });
        foreach (string file in Directory.GetFiles(_folder.File("a")))
            (await File.ReadAllBytesAsync(file, Stop)).ShouldBe(
                await File.ReadAllBytesAsync(_folder.File($"b/{Path.GetFileName(file)}"), Stop), Path.GetFileName(file));
        DatasetFolder.ReadFunnel(_folder.File("a")).Rejected["a"].ShouldBe(2);
    }

    [Fact]
    public async Task The_examination_has_question_short_answer_context_and_place()
    {
        Row refusal = TestRows.Question("What costs it?", "The documents do not say.", RowSplit.Exam);
        await WriteAsync("a", [.. Rows, RowHash.WithHash(refusal with { Type = RowType.Refusal, Chunk = "other" })],
            options: new() { Contexts = new Dictionary<string, string> { ["c1"] = "Whole." } });
        ExamItem[] items = [.. File.ReadLines(_folder.File("a/exam.jsonl")).Select(RowJson.Read<ExamItem>)];
        items.Length.ShouldBe(2);
        (items[0].Question, items[0].Answer, items[0].Answers[0], items[0].Context, items[0].Document, items[0].Page, items[0].Section,
            items[0].Type, items[0].Language, items[0].Answerable).ShouldBe(("What is the limit?", "The limit is 254 bytes.", "254 bytes",
            "Whole.", "guide.pdf", 3, "aa/p3-b1", "question", "en", true));
        (items[1].Answerable, items[1].Answers[0], items[1].Context).ShouldBe((false, "The documents do not say.",
            "Table: The documents do not say."));
        JsonDocument.Parse(File.ReadLines(_folder.File("a/exam.jsonl")).First()).RootElement.EnumerateObject().Select(p => p.Name)
            .ShouldBe(["hash", "fact", "question", "answer", "answers", "context", "document", "page", "section", "type", "language",
                "answerable"]);
    }

    [Fact]
    public async Task A_row_is_trained_as_often_as_the_mix_says_and_stands_once_among_the_rows()
    {
        DatasetWriteOptions twice = new() { Times = new Dictionary<string, int> { [Rows[0].Hash] = 2, [Rows[^3].Hash] = 3 } };
        await WriteAsync("a", Rows, options: twice);
        InstructionDataset.Load(_folder.File("a"), "train").Count(example => example.Question == Rows[0].Question).ShouldBe(2);
        InstructionDataset.Load(_folder.File("a"), "eval").Count.ShouldBe(1, "what is held out is measured once");
        File.ReadLines(_folder.File("a/train.provenance.jsonl")).Count().ShouldBe(File.ReadLines(_folder.File("a/train.jsonl")).Count());
        DatasetFolder.ReadRows(_folder.File("a")).Count.ShouldBe(Rows.Length);
        DatasetFolder.ReadOptions(_folder.File("a")).Times.ShouldBe(twice.Times, ignoreOrder: true);
    }

    [Fact]
    public async Task Line_by_line_the_source_of_an_example_stands_beside_it()
    {
        await WriteAsync("a", Rows);
        JsonElement[] lines =
            [.. File.ReadLines(_folder.File("a/train.provenance.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        lines.Length.ShouldBe(2);
        (lines[0].GetProperty("document").GetString(), lines[0].GetProperty("page").GetInt32(),
            lines[0].GetProperty("blocks")[0].GetString(), lines[0].GetProperty("strategy").GetString())
            .ShouldBe(("guide.pdf", 3, "p3-b7", "question"));
        lines[1].GetProperty("document").GetString().ShouldBe("");
    }

    [Fact]
    public async Task A_users_files_become_a_folder_that_says_what_was_skipped_and_doubled()
    {
        await File.WriteAllLinesAsync(_folder.File("mine.jsonl"), [.. Enumerable.Range(0, 20).Select(i =>
            $$"""{"instruction": "Question {{i}}?", "output": "Yes."}"""), "{", """{"instruction": "Question 1?", "output": "Yes."}""",
            """{"text": "Prose."}"""], Stop);
        DatasetResult result = await DatasetBuilder.ImportAsync(_folder.File("mine.jsonl"), new DatasetOptions(), _folder.File("out"),
            Stop);
        (result.Train, result.Eval, result.Duplicates, result.Skipped.Count).ShouldBe((19, 2, 1, 1));
        Funnel funnel = DatasetFolder.ReadFunnel(_folder.File("out"));
        funnel.Rows.ShouldBe(23);
        (funnel.Kept.Values.Sum() + funnel.Rejected.Values.Sum()).ShouldBe(funnel.Rows);
        (funnel.Rejected["duplicate"], funnel.Rejected["unparsable"]).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Questions_about_one_passage_stay_on_one_side()
    {
        string passage = string.Concat(Enumerable.Repeat("The pump of hall {0} was built in 1900. ", 5));
        await File.WriteAllLinesAsync(_folder.File("mine.jsonl"), Enumerable.Range(0, 40).Select(i =>
            JsonSerializer.Serialize(new { instruction = $"Question {i}?", input = passage.Replace("{0}", $"{i / 4}"), output = $"{i}" })),
            Stop);
        await DatasetBuilder.ImportAsync(_folder.File("mine.jsonl"), new DatasetOptions(), _folder.File("out"), Stop);
        HashSet<string> train = [.. InstructionDataset.Load(_folder.File("out"), "train").Select(PassageOf)];
        IReadOnlyList<InstructionExample> eval = InstructionDataset.Load(_folder.File("out"), "eval");
        eval.Count.ShouldBe(4);
        eval.Select(PassageOf).ShouldNotContain(passage => train.Contains(passage));

        static string PassageOf(InstructionExample example) => example.Question.Split('\n')[1];
    }

    private Task WriteAsync(string name, IReadOnlyList<Row> rows, Funnel? funnel = null, DatasetWriteOptions? options = null) =>
        DatasetFolder.WriteAsync(_folder.File(name), rows, funnel ?? new Funnel(), options ?? new DatasetWriteOptions(), Stop);
}
