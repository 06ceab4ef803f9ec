using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;

namespace Pipeline.Tests.EndToEnd;

public sealed class WholeChainTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sample_documents_become_an_adapter_that_is_better_than_its_base()
    {
        using TemporaryFolder folder = new();
        string[] good = StarterRun.CopySamples(folder.File("in"), 2);
        await File.WriteAllTextAsync(folder.File("in/not-a-pdf.pdf"), "Dear reader, this is a letter.", Stop);
        await File.WriteAllBytesAsync(folder.File("in/empty.pdf"), [], Stop);
        await using PipelineFixture pipeline = await PipelineFixture.StartRealAsync(database);

        Guid id = (await pipeline.Sender.Send(new IngestFolder(folder.File("in"), StarterRun.Options(steps: 12, saveSteps: 6)),
            Stop)).RunId;
        RunSummary run = (await pipeline.WaitAsync(id)).Summary;

        run.State.ShouldBe(RunState.Succeeded, run.Error);
        run.Documents.ShouldBe(new RunSummary.DocumentCounts(Total: 4, Succeeded: 2, Failed: 2, Duplicates: 0));
        run.Failures.Select(f => f.Document).ShouldBe(["empty.pdf", "not-a-pdf.pdf"], ignoreOrder: true);
        run.Failures.ShouldAllBe(f => f.Error.StartsWith(f.Document, StringComparison.Ordinal) && f.Stage == "extract");
        run.Pages.ShouldBeGreaterThanOrEqualTo(2);
        run.Captions.ShouldBe(run.Figures);
        RunSummary.TrainingFacts train = run.Train.ShouldNotBeNull();
        train.Steps.ShouldBe(12);
        train.LastLoss.ShouldBeLessThan(train.FirstLoss);
        RunSummary.EvaluationFacts eval = run.Eval.ShouldNotBeNull();
        eval.AdapterLoss.ShouldBeLessThan(eval.BaseLoss);

        string adapter = run.AdapterPath.ShouldNotBeNull();
        Directory.GetFiles(adapter).Select(Path.GetFileName).ShouldBe(
            ["README.md", "adapter_config.json", "adapter_model.safetensors", "all_results.json", "eval_results.json", "train_results.json",
             "trainer_log.jsonl", "trainer_state.json", "training_eval_loss.png", "training_loss.png", "tokenizer.json",
             "tokenizer_config.json",
             "pipeline_adapter.json", "trained_questions.txt"], ignoreOrder: true);
        foreach (string file in (string[])["eval_results.json", "all_results.json"])
        {
            string results = await File.ReadAllTextAsync(Path.Combine(adapter, file), Stop);
            foreach (string key in (string[])["epoch", "eval_loss", "eval_runtime", "perplexity", "base_loss", "adapter_loss"])
                results.ShouldContain($"\"{key}\": ", Case.Sensitive, file);
        }
        string card = await File.ReadAllTextAsync(Path.Combine(adapter, "README.md"), Stop);
        foreach (string part in (string[])[$"# {run.Adapter}\n", "## Configuration", "## Evaluation", $"`{id}`"]) card.ShouldContain(part);
        using (LanguageModel model = LanguageModel.Load(StarterRun.LanguageModel))
        using (LoraAdapter loaded = AdapterFolder.Load(adapter, model.Decoder))
            loaded.ParameterCount.ShouldBe(train.TrainableParameters);
        (InstructionDataset.Load(run.DatasetPath.ShouldNotBeNull(), "train").Count
            + InstructionDataset.Load(run.DatasetPath, "text").Count).ShouldBe(run.Examples.ShouldNotBeNull().Train);
        (await pipeline.Sender.Send(new GetMetrics(id), Stop))["loss"].Select(p => p.Step).ShouldBe(Enumerable.Range(1, 12));
        DocumentEntry document = (await pipeline.Sender.Send(new ListDocuments(id), Stop)).Single(d => d.Path == good[0]);
        document.Files.Keys.ShouldContain("document.captioned.md");
        document.Files.Keys.ShouldContain("pages/page-0001.png");

        RunSummary again = (await pipeline.WaitAsync(
            (await pipeline.Sender.Send(new IngestFolder(folder.File("in"), StarterRun.Options(12, 6)), Stop)).RunId)).Summary;
        again.State.ShouldBe(RunState.Succeeded, again.Error);
        again.Train.ShouldNotBeNull().Reused.ShouldBeTrue();
        again.Cached["extract"].ShouldBe(2);
        again.Adapter.ShouldBe(run.Adapter);
    }
}
