using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Jobs.Train;
using Pipeline.Models;

namespace Pipeline.Tests.EndToEnd;

/// <summary>Whole runs whose training is done by another program: this product's own command, which reads the same files.</summary>
public sealed class EngineRunTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly string Host = Path.Combine(AppContext.BaseDirectory, "Pipeline.Web.dll");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_with_an_engine_publishes_the_very_adapter_of_the_builtin_training_and_each_is_cached_for_itself()
    {
        using TemporaryFolder folder = new();
        StarterRun.CopySamples(folder.File("in"), 1);
        await using PipelineFixture pipeline = await PipelineFixture.StartRealAsync(database,
            ("Engines:other:Command", $"dotnet '{Host}' train {{config}} device=cpu"), ("Engines:other:Local", "false"));
        RunSummary other = await RunAsync(pipeline, folder, Options("other"));
        other.State.ShouldBe(RunState.Succeeded, other.Error);
        other.Train.ShouldNotBeNull().Steps.ShouldBe(6);
        other.Eval.ShouldNotBeNull();
        (await pipeline.Sender.Send(new GetMetrics(other.RunId), Stop))["loss"].Select(p => p.Step).ShouldBe(Enumerable.Range(1, 6));
        (await database.ScalarAsync<long>("SELECT count(*) FROM log_entries WHERE message LIKE 'other: adapter: %' AND run_id IS NOT NULL"))
            .ShouldBe(1, "the engine's output is in the run's log");

        RunSummary builtin = await RunAsync(pipeline, folder, Options("builtin"));
        builtin.Train.ShouldNotBeNull().Reused.ShouldBeFalse("another engine trains anew");
        (await File.ReadAllBytesAsync(Path.Combine(other.AdapterPath!, "adapter_model.safetensors"), Stop))
            .ShouldBe(await File.ReadAllBytesAsync(Path.Combine(builtin.AdapterPath.ShouldNotBeNull(), "adapter_model.safetensors"), Stop));
        builtin.Eval.ShouldNotBeNull().AdapterLoss.ShouldBe(other.Eval.AdapterLoss);
        string card = await File.ReadAllTextAsync(Path.Combine(other.AdapterPath!, "README.md"), Stop);
        card.ShouldContain("| training engine | `other` |");
        (await RunAsync(pipeline, folder, Options("other"))).Train.ShouldNotBeNull().Reused.ShouldBeTrue();

        (await Should.ThrowAsync<SettingsException>(async () => await RunAsync(pipeline, folder, Options("othr")))).Message
            .ShouldStartWith("train.engine: no engine is called 'othr'; did you mean other?");
    }

    private static RunOptions Options(string engine)
    {
        RunOptions options = StarterRun.Options(steps: 6, saveSteps: 3);
        Dictionary<string, JsonElement> training = new(options.Training.Given) { ["retention"] = JsonSerializer.SerializeToElement("none") };
        return options with
        {
            Train = new() { Engine = engine },
            Training = new TrainingSettings(training),      // what other programs cannot do either
            Dataset = new() { TextShare = 0 },
            Caption = options.Caption with { Enabled = false },
        };
    }

    private static async Task<RunSummary> RunAsync(PipelineFixture pipeline, TemporaryFolder folder, RunOptions options) =>
        (await pipeline.WaitAsync((await pipeline.Sender.Send(new IngestFolder(folder.File("in"), options), Stop)).RunId)).Summary;
}
