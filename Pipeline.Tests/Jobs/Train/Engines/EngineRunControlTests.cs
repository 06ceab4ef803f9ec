using System.Globalization;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;

namespace Pipeline.Tests.Jobs.Train.Engines;

/// <summary>Engines in runs that are paused, resumed and canceled, and beside other runs.</summary>
public sealed class EngineRunControlTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    // Writes a checkpoint, its configuration's resume line and, when all that is there, its process, and goes on for ever.
    private const string Script = """
        mkdir -p "$2/checkpoint-4"; cp "$0"/* "$2/checkpoint-4"; echo '{"global_step": 4}' > "$2/checkpoint-4/trainer_state.json"
        grep resume "$1" >> "$2/../resumed"
        echo '{"current_steps": 4, "total_steps": 9, "loss": 2.0}' >> "$2/trainer_log.jsonl"
        echo $$ >> "$2/../processes"
        while :; do sleep 0.1; done
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_engine_elsewhere_leaves_device_and_queue_to_other_runs_and_ends_when_its_run_is_paused_or_canceled()
    {
        using TemporaryFolder far = new(), near = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, new StageFakes(), Engine("far", local: false));
        Guid away = await pipeline.IngestAsync(far,
            PipelineFixture.Seed(far, ("f.pdf", "far")) with { BaseModel = EngineFixture.Model, Train = new() { Engine = "far" } });
        string work = database.Storage.WorkFolder(away);
        int process = await ProcessAsync(pipeline, away, work, 1);

        Guid here = await pipeline.IngestAsync(near, PipelineFixture.Seed(near, ("n.pdf", "near")));
        (await pipeline.WaitAsync(here)).Summary.State.ShouldBe(RunState.Succeeded,
            "captions, training and evaluation of another run are not held up");
        (await QueueOfTrainingAsync(away)).ShouldBe("elsewhere");
        EngineFixture.Runs(process).ShouldBeTrue();
        IReadOnlyList<MetricPoint> loss = await Eventually.ValueAsync(
            async () => (await pipeline.Sender.Send(new GetMetrics(away), Stop)).GetValueOrDefault("loss"), "the engine's loss is stored");
        loss.Single().Step.ShouldBe(4, "seen while it works");

        (await pipeline.Sender.Send(new PauseRun(away), Stop)).ShouldBeTrue();
        await pipeline.WaitAsync(away, r => r.Summary.State == RunState.Paused);
        await GoneAsync(process);
        (await pipeline.Sender.Send(new ResumeRun(away), Stop)).ShouldBeTrue();
        process = await ProcessAsync(pipeline, away, work, 2);
        (await File.ReadAllTextAsync(Path.Combine(work, "resumed"), Stop))
            .ShouldBe($"resume_from_checkpoint: \"{work}/train/checkpoint-4\"\n", "only the second attempt has a checkpoint to go on from");

        (await pipeline.Sender.Send(new CancelRun(away), Stop)).ShouldBeTrue();
        await pipeline.WaitAsync(away, r => r.Summary.State == RunState.Canceled);
        await GoneAsync(process);
    }

    [Fact]
    public async Task A_worker_that_stops_ends_its_engine_and_gives_the_training_back()
    {
        using TemporaryFolder folder = new();
        Guid run;
        int process;
        await using (PipelineFixture pipeline = await PipelineFixture.StartAsync(database, new StageFakes(), Engine("near", local: true)))
        {
            run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder,
                ("s.pdf", "stopped")) with
            { BaseModel = EngineFixture.Model, Train = new() { Engine = "near" } });
            process = await ProcessAsync(pipeline, run, database.Storage.WorkFolder(run), 1);
            (await QueueOfTrainingAsync(run)).ShouldBe("gpu");
        }
        EngineFixture.Runs(process).ShouldBeFalse();
        (await database.ScalarAsync<string>($"SELECT state FROM stage_items WHERE run_id = '{run}' AND stage = 'Train'"))
            .ShouldBe("Pending");
        await using PipelineFixture next = await PipelineFixture.StartAsync(database);
        await next.WaitAsync(run, r => r.Summary.State == RunState.Failed);
        (await next.WaitAsync(run)).Summary.Error.ShouldNotBeNull()
            .ShouldContain("no engine is called 'near'", customMessage: "a worker without the engine says so");
    }

    private static (string, string)[] Engine(string name, bool local)
    {
        string[] command = ["sh", "-c", Script, EngineFixture.Adapter, "{config}", "{output_dir}"];
        return [.. command.Select((word, i) => ($"Engines:{name}:Command:{i}", word)), ($"Engines:{name}:Local", local.ToString()),
            ($"Engines:{name}:GraceSeconds", "2")];
    }

    private async Task<string> QueueOfTrainingAsync(Guid run) => await database.ScalarAsync<string>($"""
        SELECT q.queue FROM hangfire.jobqueue AS q JOIN hangfire.job AS j ON j.id = q.jobid
            JOIN stage_items AS i ON j.arguments::text LIKE '%' || i.id || '%'
        WHERE q.fetchedat IS NOT NULL AND i.stage = 'Train' AND i.run_id = '{run}'
        """);

    private static async Task<int> ProcessAsync(PipelineFixture pipeline, Guid run, string work, int attempt)
    {
        string file = Path.Combine(work, "processes");
        await pipeline.WaitAsync(run, r => r.FinishedAt is not null
            || (File.Exists(file) && File.ReadAllLines(file).Length == attempt && File.ReadAllText(file).EndsWith('\n')));
        (await pipeline.WaitAsync(run, _ => true)).Summary.Error.ShouldBeNull();
        return int.Parse((await File.ReadAllLinesAsync(file, Stop))[attempt - 1], CultureInfo.InvariantCulture);
    }

    private static Task GoneAsync(int process) => Eventually.TrueAsync(() => !EngineFixture.Runs(process), "the engine ends with its run");
}
