using Pipeline.Jobs.Dataset;
using Pipeline.Models;
using Pipeline.Models.Datasets;

namespace Pipeline.Tests.Jobs.Dataset;

public sealed class DatasetImportTests
{
    [Fact]
    public async Task A_users_file_is_divided_and_keeps_its_columns()
    {
        using TemporaryFolder folder = new();
        IEnumerable<string> examples = Enumerable.Range(0, 40).Select(i =>
            $$"""  {"instruction": "What is {{i}} squared?", "output": "{{i * i}}", """
            + """ "system": "You calculate.", "history": [["Hi", "Hello"]]}""");
        await File.WriteAllLinesAsync(folder.File("mine.jsonl"), examples, TestContext.Current.CancellationToken);
        DatasetResult result = await DatasetBuilder.ImportAsync(
            folder.File("mine.jsonl"), new DatasetOptions(), folder.File("out"), TestContext.Current.CancellationToken);
        (result.Train, result.Eval).ShouldBe((36, 4));
        IReadOnlyList<InstructionExample> train = InstructionDataset.Load(folder.File("out"), "train");
        train.Count.ShouldBe(36);
        train[0].System.ShouldBe("You calculate.");
        train[0].History.ShouldBe([("Hi", "Hello")]);
        File.Exists(folder.File("out/train.provenance.jsonl")).ShouldBeFalse();
    }

    [Fact]
    public async Task Equal_questions_stay_on_one_side_and_equal_rows_are_kept_once()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllLinesAsync(folder.File("mine.jsonl"), Enumerable.Range(0, 30).SelectMany(i => new[]
        {
            $$"""{"instruction": "Question {{i}}?", "input": "", "output": "first answer {{i}}"}""",
            $$"""{"instruction": "Question {{i}}?", "input": "", "output": "second answer {{i}}"}""",
            $$"""{"instruction": "Question {{i}}?", "input": "", "output": "second answer {{i}}"}""",
        }), TestContext.Current.CancellationToken);
        DatasetResult result = await DatasetBuilder.ImportAsync(
            folder.File("mine.jsonl"), new DatasetOptions { EvalFraction = 0.2 }, folder.File("out"),
            TestContext.Current.CancellationToken);
        (result.Train + result.Eval).ShouldBe(60);
        HashSet<string> train = InstructionDataset.Load(folder.File("out"), "train").Select(e => e.Question).ToHashSet();
        InstructionDataset.Load(folder.File("out"), "eval").ShouldAllBe(e => !train.Contains(e.Question));
    }

    [Fact]
    public async Task A_file_that_is_no_dataset_is_an_input_error_that_names_it()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("notes.json"), "milk, eggs");
        InputException error = await Should.ThrowAsync<InputException>(DatasetBuilder.ImportAsync(
            folder.File("notes.json"), new DatasetOptions(), folder.File("out"), TestContext.Current.CancellationToken));
        error.Message.ShouldContain("notes.json");
        Directory.Exists(folder.File("out")).ShouldBeFalse();
    }
}
