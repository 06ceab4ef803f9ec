using Mediator;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Jobs.Train;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs;

public sealed class RunTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_becomes_a_published_adapter_and_bad_documents_are_told()
    {
        using TemporaryFolder folder = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database);
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "chain one"), ("b.pdf", "bad one"), ("c.pdf", "bug one"),
            ("d.pdf", "chain two, turned"), ("e.pdf", "chain one"));
        RunSummary run = (await pipeline.WaitAsync(await pipeline.IngestAsync(folder, options))).Summary;

        run.State.ShouldBe(RunState.Succeeded, run.Error);
        run.Documents.ShouldBe(new RunSummary.DocumentCounts(Total: 5, Succeeded: 2, Failed: 2, Duplicates: 1));
        run.Pages.ShouldBe(4);
        run.Figures.ShouldBe(2);
        run.Captions.ShouldBe(2);
        run.Examples.ShouldBe(new RunSummary.ExampleCounts(2, 1));
        run.Train.ShouldNotBeNull().Steps.ShouldBe(20);
        run.Eval.ShouldNotBeNull().AdapterLoss.ShouldBe(1.5);
        run.Failures.Select(f => f.Document).ShouldBe(["b.pdf", "c.pdf"], ignoreOrder: true);
        run.Failures.Single(f => f.Document == "b.pdf").Error.ShouldBe("b.pdf: encrypted; remove the password or exclude the file");
        run.Failures.Single(f => f.Document == "c.pdf").Error.ShouldContain("NotSupportedException: not thought of");
        Directory.GetFiles(run.AdapterPath.ShouldNotBeNull()).Select(Path.GetFileName)
            .ShouldBe(["README.md", "adapter_model.safetensors", "all_results.json", "eval_results.json", "pipeline_adapter.json",
            "trained_questions.txt"],
            ignoreOrder: true);
        (await File.ReadAllTextAsync(Path.Combine(run.AdapterPath, "all_results.json"), Stop)).ShouldContain("\"base_loss\": 2");
        File.Exists(Path.Combine(run.DatasetPath.ShouldNotBeNull(), "train.jsonl")).ShouldBeTrue();
        Directory.Exists(database.Storage.WorkFolder(run.RunId)).ShouldBeFalse();

        foreach ((string? state, string paths) in ((string?, string)[])[(null, "a b c d e"), ("failed", "b c"), ("succeeded", "a d"),
            ("duplicate", "e"), ("running", "")])
            (await pipeline.Sender.Send(new ListDocuments(run.RunId, state), Stop)).Select(d => d.Path[..1])
                .ShouldBe(paths.Split(' ', StringSplitOptions.RemoveEmptyEntries), state);
        (await pipeline.Sender.Send(new ListDocuments(run.RunId, Limit: 2, Offset: 1), Stop)).Select(d => d.Path)
            .ShouldBe(["b.pdf", "c.pdf"]);
        (await Should.ThrowAsync<InputException>(async () =>
            await pipeline.Sender.Send(new ListDocuments(run.RunId, "lost", Offset: -1), Stop))).Message
            .ShouldBe("state: found 'lost'; expected one of pending, running, succeeded, failed, duplicate, canceled" + Environment.NewLine
            + "offset: found -1; expected 0 or more");
        (await pipeline.Sender.Send(new ListDocuments(run.RunId), Stop)).Where(d => d.Warnings.Count > 0)
            .Select(d => $"{d.Path}: {d.Warnings.Single()}").ShouldBe(["d.pdf: page 2: turned"]);
        DocumentEntry document = (await pipeline.Sender.Send(new ListDocuments(run.RunId), Stop)).Single(d => d.Path == "a.pdf");
        using StreamReader captioned = new(await database.Storage.Artifacts.OpenReadAsync(document.Files["document.captioned.md"], Stop));
        (await captioned.ReadToEndAsync(Stop))
            .ShouldBe("# chain one\n\n![Figure 1](images/figure-1.png)\n\n> a bar chart with three bars\n");
        (await pipeline.Sender.Send(new GetMetrics(run.RunId), Stop))["loss"].Count.ShouldBe(20);
        (await pipeline.Sender.Send(new ListAdapters(), Stop))
            .ShouldContain(a => a.Name == run.Adapter && a.RunId == run.RunId && a.Template == "phi4_mini");
        (await pipeline.Sender.Send(new ListEvaluations(run.RunId), Stop)).ShouldHaveSingleItem().Generations[0].GetProperty("base")
            .GetString().ShouldBe("b");
    }

    [Fact]
    public async Task A_stage_tells_how_far_it_is_and_how_long_it_still_needs()
    {
        using TemporaryFolder folder = new();
        using ManualResetEventSlim seen = new();
        StageFakes fakes = new() { DuringStep = (step, ct) => _ = step > 2 ? seen.Wait(200, ct) : ct.WaitHandle.WaitOne(20) };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "progress")));
        StageCounts? train = null;
        await pipeline.WaitAsync(run, r =>
            (train = r.Stages.SingleOrDefault(s => s.Stage == Stages.Train)) is { SecondsLeft: not null } || r.FinishedAt is not null);
        seen.Set();
        train.ShouldNotBeNull().ProgressTotal.ShouldBe(20);
        train.ProgressDone.ShouldNotBeNull().ShouldBeInRange(2, 19);
        train.SecondsLeft.ShouldNotBeNull().ShouldBeInRange(0, 20 * 5);
        train.Seconds.ShouldBeInRange(0.01, 60);
        StageCounts[] done = [.. (await pipeline.WaitAsync(run)).Stages];
        done.ShouldAllBe(s => s.Done == s.Total && s.SecondsLeft == null && s.ProgressDone == null);
    }

    [Theory]
    [InlineData(10, 5, 20, true, 40.0)]          // ten seconds for five: two each
    [InlineData(10, 0, 20, true, null)]         // nothing to judge by
    [InlineData(10, 5, 0, true, null)]
    [InlineData(10, 5, 20, false, null)]        // nobody works: paused, or waiting for a worker
    public void What_is_left_of_a_stage_takes_its_time_at_the_pace_so_far(double seconds, int worked, int left, bool working,
        double? expected)
    {
        DateTimeOffset start = DateTimeOffset.UnixEpoch;
        StageProgress.Left(start, start.AddSeconds(seconds), worked, left, working).ShouldBe(expected);
    }

    [Fact]
    public async Task A_second_run_over_the_same_folder_reuses_everything_unless_told_to_train_again()
    {
        using TemporaryFolder folder = new();
        StageFakes fakes = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        RunOptions options = PipelineFixture.Seed(folder, ("x.pdf", "reuse one"), ("y.pdf", "reuse two")) with { Name = "reused" };
        RunSummary first = (await pipeline.WaitAsync(await pipeline.IngestAsync(folder, options))).Summary;
        RunSummary second = (await pipeline.WaitAsync(await pipeline.IngestAsync(folder, options))).Summary;
        (fakes.Extractions, fakes.Captions, fakes.Trainings, fakes.Evaluations).ShouldBe((2, 2, 1, 1));
        second.State.ShouldBe(RunState.Succeeded, second.Error);
        second.Train.ShouldNotBeNull().Reused.ShouldBeTrue();
        second.Adapter.ShouldBe(first.Adapter);
        second.Cached.OrderBy(c => c.Key).Select(c => $"{c.Key} {c.Value}")
            .ShouldBe(["caption 2", "evaluate 1", "extract 2", "publish 1", "train 1"]);
        (await pipeline.Sender.Send(new GetMetrics(second.RunId), Stop))["loss"].Count.ShouldBe(20);

        RunSummary third = (await pipeline.WaitAsync(await pipeline.IngestAsync(folder, options with { Retrain = true }))).Summary;
        (fakes.Extractions, fakes.Trainings, fakes.Evaluations).ShouldBe((2, 2, 2));
        third.Adapter.ShouldBe("reused-2");
    }

    [Fact]
    public async Task A_model_folder_that_vanishes_fails_the_run_before_any_work()
    {
        using TemporaryFolder folder = new();
        RunOptions options = PipelineFixture.Seed(folder, ("m.pdf", "model")) with { BaseModel = folder.File("absent") };
        StageFakes fakes = new();
        Guid accepted;
        await using (ServiceProvider server = database.Services(s => s.AddSingleton<IAdapterTraining>(fakes).AddPipelineJobs()))
        {
            IngestFolder request = new(folder.File("in"), options);
            ISender sender = server.GetRequiredService<ISender>();
            (await Should.ThrowAsync<SettingsException>(async () =>
                await sender.Send(request, Stop))).Faults.ShouldHaveSingleItem().Setting.ShouldBe("base_model");
            Directory.CreateDirectory(folder.File("absent"));
            await File.WriteAllTextAsync(folder.File("absent/config.json"), "{}", Stop);
            accepted = (await sender.Send(request, Stop)).RunId;
        }
        Directory.Delete(folder.File("absent"), recursive: true);
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        RunSummary run = (await pipeline.WaitAsync(accepted)).Summary;
        run.State.ShouldBe(RunState.Failed);
        run.Error.ShouldNotBeNull().ShouldStartWith($"base_model: {folder.File("absent")}: no such model folder; give the path of one");
        pipeline.Fakes.Extractions.ShouldBe(0);
    }

    [Fact]
    public async Task An_item_delivered_twice_is_worked_on_once()
    {
        using TemporaryFolder folder = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database);
        RunOptions options = PipelineFixture.Seed(folder, ("t.pdf", "twice"));
        Guid run = await pipeline.IngestAsync(folder, options);
        await pipeline.WaitAsync(run);
        RunItem item = (await pipeline.Sender.Send(new ListItems(run), Stop)).Single(i => i.Stage == Stages.Extract);
        ExtractDocumentJob job = ActivatorUtilities.CreateInstance<ExtractDocumentJob>(pipeline.Services);
        await Task.WhenAll(job.RunAsync(item.Id, Stop), job.RunAsync(item.Id, Stop));
        pipeline.Fakes.Extractions.ShouldBe(1);
        (await pipeline.Sender.Send(new ListItems(run), Stop)).Count(i => i.Stage == Stages.Caption).ShouldBe(1);
    }

    [Fact]
    public async Task A_worker_that_stops_saves_its_place_and_the_next_one_goes_on_from_there()
    {
        using TemporaryFolder folder = new();
        RunOptions options = PipelineFixture.Seed(folder, ("s.pdf", "stop and go"));
        using ManualResetEventSlim reached = new();
        StageFakes stopping = new()
        {
            DuringStep = (step, ct) =>
            {
                if (step != 12) return;
                reached.Set();
                ct.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
                ct.ThrowIfCancellationRequested();
            },
        };
        Guid run;
        await using (PipelineFixture first = await PipelineFixture.StartAsync(database, stopping))
        {
            run = await first.IngestAsync(folder, options);
            await Task.Run(() => reached.Wait(TimeSpan.FromSeconds(30), Stop), Stop);
        }
        List<int> steps = [];
        await using PipelineFixture second = await PipelineFixture.StartAsync(database,
            new StageFakes { DuringStep = (step, _) => steps.Add(step) });
        (await second.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        steps[0].ShouldBe(11);          // the checkpoint of step 10
        RunItem train = (await second.Sender.Send(new ListItems(run), Stop)).Single(i => i.Stage == Stages.Train);
        train.Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task A_canceled_run_stops_its_training()
    {
        using TemporaryFolder folder = new();
        using ManualResetEventSlim reached = new();
        bool canceled = false;
        StageFakes fakes = new()
        {
            DuringStep = (step, ct) =>
            {
                if (step != 3) return;
                reached.Set();
                canceled = ct.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
            },
        };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("c.pdf", "cancel me")));
        await Task.Run(() => reached.Wait(TimeSpan.FromSeconds(30), Stop), Stop);
        (await pipeline.Sender.Send(new CancelRun(run), Stop)).ShouldBeTrue();
        RunDetails details = await pipeline.WaitAsync(run);
        details.Summary.State.ShouldBe(RunState.Canceled);
        await pipeline.DisposeAsync();
        canceled.ShouldBeTrue();
    }

    [Fact]
    public async Task Log_lines_of_a_run_carry_stage_and_attempt()
    {
        using TemporaryFolder folder = new();
        Guid run;
        await using (PipelineFixture pipeline = await PipelineFixture.StartAsync(database))
        {
            run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("l.pdf", "log")));
            await pipeline.WaitAsync(run);
        }
        await using PipelineFixture reader = await PipelineFixture.StartAsync(database);
        IReadOnlyList<LogLine> lines = await reader.Sender.Send(new ListLogs(run), Stop);
        lines.ShouldContain(l => l.Stage == "Train" && l.Attempt == 1 && l.Message.StartsWith("Train done", StringComparison.Ordinal));
        lines.Select(l => l.Stage).OfType<string>().Distinct()
            .ShouldBe(["Ingest", "Extract", "Caption", "Clean", "Facts", "Rows", "Verify", "Filter", "Dataset", "Train", "Evaluate",
            "Report", "Publish"], ignoreOrder: true);
    }
}
