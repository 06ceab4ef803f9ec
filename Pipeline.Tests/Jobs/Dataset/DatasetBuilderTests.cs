using System.Text.Json;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Models;
using Pipeline.Tests.Jobs.Extract;

namespace Pipeline.Tests.Jobs.Dataset;

public sealed class DatasetBuilderTests(ExtractionFixture fixture) : IClassFixture<ExtractionFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IReadOnlyList<ExtractedDocument> Documents => fixture.Samples.Select(s => s.Document).ToList();

    [Fact]
    public async Task Samples_give_examples_of_every_kind_with_their_provenance()
    {
        using TemporaryFolder folder = new();
        DatasetResult result = await DatasetBuilder.BuildAsync(Documents, new DatasetOptions(), folder.Path, Token);
        result.Train.ShouldBeGreaterThan(100);
        result.Eval.ShouldBeGreaterThan(8);
        result.ByStrategy.Keys.ShouldBe(["definition", "figure", "passage", "section", "table"]);
        File.ReadAllLines(Path.Combine(result.Folder, DatasetFiles.TrainFile)).Length.ShouldBe(result.Train);

        (string Row, Provenance Source)[] rows = Rows(folder, "train");
        rows.Length.ShouldBe(result.Train);
        foreach ((_, Provenance source) in rows)
        {
            ExtractedDocument document = Documents.Single(d => d.Sha256 == source.DocumentSha256);
            document.FileName.ShouldBe(source.Document);
            source.Blocks.ShouldAllBe(id => document.Blocks.Any(b => b.Id == id && b.Page >= source.Page));
        }
    }

    [Fact]
    public async Task Nothing_of_a_held_out_section_is_in_the_training_data()
    {
        using TemporaryFolder folder = new();
        await DatasetBuilder.BuildAsync(Documents, new DatasetOptions { EvalFraction = 0.25 }, folder.Path, Token);
        HashSet<(string DocumentSha256, string Section)> train = Rows(folder, "train")
            .Select(r => (r.Source.DocumentSha256, r.Source.Section)).ToHashSet();
        HashSet<(string DocumentSha256, string Section)> eval = Rows(folder, "eval")
            .Select(r => (r.Source.DocumentSha256, r.Source.Section)).ToHashSet();
        eval.Count.ShouldBeGreaterThan(3);
        train.Overlaps(eval).ShouldBeFalse();
        Rows(folder, "train").Select(r => r.Row).Intersect(Rows(folder, "eval").Select(r => r.Row)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_files_whatever_the_order_of_documents_and_another_seed_others()
    {
        using TemporaryFolder folder = new();
        await DatasetBuilder.BuildAsync(Documents, new DatasetOptions { Seed = 7 }, folder.File("a"), Token);
        await DatasetBuilder.BuildAsync(Documents.Reverse().ToList(), new DatasetOptions { Seed = 7 }, folder.File("b"), Token);
        await DatasetBuilder.BuildAsync(Documents, new DatasetOptions { Seed = 8 }, folder.File("c"), Token);
        File.ReadAllText(folder.File("b/train.jsonl")).ShouldBe(File.ReadAllText(folder.File("a/train.jsonl")));
        File.ReadAllText(folder.File("b/eval.jsonl")).ShouldBe(File.ReadAllText(folder.File("a/eval.jsonl")));
        File.ReadAllText(folder.File("c/eval.jsonl")).ShouldNotBe(File.ReadAllText(folder.File("a/eval.jsonl")));
    }

    [Fact]
    public async Task A_document_given_twice_counts_once()
    {
        using TemporaryFolder folder = new();
        DatasetResult once = await DatasetBuilder.BuildAsync([Documents[0]], new DatasetOptions(), folder.File("once"), Token);
        DatasetResult twice = await DatasetBuilder.BuildAsync(
            [Documents[0], Documents[0] with { FileName = "copy.pdf" }], new DatasetOptions(), folder.File("twice"), Token);
        (twice.Train, twice.Eval).ShouldBe((once.Train, once.Eval));
    }

    [Fact]
    public async Task Tables_definitions_and_described_figures_become_questions()
    {
        using TemporaryFolder folder = new();
        ExtractedDocument document = fixture.Sample("cooling-handbook").Document
            .WithDescriptions(new Dictionary<string, string> { ["figure-1"] = "A pie chart with six parts." });
        await DatasetBuilder.BuildAsync([document], new DatasetOptions { EvalFraction = 0 }, folder.Path, Token);
        string[] rows = File.ReadAllLines(folder.File("train.jsonl"));
        rows.ShouldContain(r =>
            r.Contains("""what is the value of \"PUE\" for supply temperature \"24 °C\"?""") && r.Contains("PUE for 24 °C: 1.34."));
        rows.ShouldContain(r => r.Contains("\"What is power usage effectiveness?\"")
            && r.Contains("total power of a site divided by the power of its computing equipment."));
        rows.ShouldContain(r => r.Contains("What does Figure 1 of") && r.Contains("Shares of the electrical energy")
            && r.Contains("A pie chart with six parts."));
    }

    [Fact]
    public async Task Dataset_info_names_both_files_in_llama_factory_columns()
    {
        using TemporaryFolder folder = new();
        DatasetResult result = await DatasetBuilder.BuildAsync([Documents[0]], new DatasetOptions(), folder.Path, Token);
        using JsonDocument info = JsonDocument.Parse(File.ReadAllText(Path.Combine(result.Folder, DatasetFiles.Info)));
        info.RootElement.GetProperty("train").GetProperty("file_name").GetString().ShouldBe("train.jsonl");
        info.RootElement.GetProperty("eval").GetProperty("columns").GetProperty("response").GetString().ShouldBe("output");
        Pipeline.Models.Datasets.InstructionDataset.Load(folder.Path, "train").Count.ShouldBe(result.Train);
    }

    [Fact]
    public async Task Documents_without_anything_to_learn_are_an_input_error()
    {
        using TemporaryFolder folder = new();
        ExtractedDocument blank = Documents[0] with { Blocks = [], Figures = [], Tables = [] };
        InputException error = await Should.ThrowAsync<InputException>(DatasetBuilder.BuildAsync([blank], new DatasetOptions(),
            folder.Path, Token));
        error.Message.ShouldStartWith("1 documents gave no training example");
    }

    private static (string Row, Provenance Source)[] Rows(TemporaryFolder folder, string split)
    {
        JsonSerializerOptions options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        return File.ReadLines(folder.File(split + ".jsonl"))
            .Zip(File.ReadLines(folder.File(split + ".provenance.jsonl")), (row, source) =>
                (row, JsonSerializer.Deserialize<Provenance>(source, options)!))
            .ToArray();
    }
}
