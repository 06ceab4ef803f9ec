using System.Text.Json;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs;

public sealed class RunControlTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_paused_training_stops_at_once_and_goes_on_from_its_checkpoint_when_resumed()
    {
        using TemporaryFolder folder = new();
        List<int> steps = [];
        using SemaphoreSlim reached = new(0);
        StageFakes fakes = new()
        {
            DuringStep = (step, ct) =>
            {
                lock (steps) steps.Add(step);
                if (step != 7 || steps.Count(s => s == 7) > 1) return;
                reached.Release();
                ct.WaitHandle.WaitOne(Eventually.HangLimit).ShouldBeTrue();     // the pause cancels it; nothing else would
                ct.ThrowIfCancellationRequested();
            },
        };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "paused")));
        (await reached.WaitAsync(Eventually.HangLimit, Stop)).ShouldBeTrue();

        (await pipeline.Sender.Send(new PauseRun(run), Stop)).ShouldBeTrue();
        (await pipeline.Sender.Send(new PauseRun(run), Stop)).ShouldBeFalse();
        (await pipeline.WaitAsync(run, r => r.Summary.State == RunState.Paused)).Stages.ShouldAllBe(s => s.Running == 0);
        (await pipeline.Sender.Send(new ListItems(run), Stop)).Single(i => i.Stage == Stages.Train).State.ShouldBe(ItemState.Paused);

        (await pipeline.Sender.Send(new ResumeRun(run), Stop)).ShouldBeTrue();
        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        steps.ShouldBe([.. Enumerable.Range(1, 7), .. Enumerable.Range(6, 15)]);     // step 5 was saved
        (await pipeline.Sender.Send(new ListItems(run), Stop)).Where(i => i.Stage != Stages.Train).ShouldAllBe(i => i.Attempt == 1);
    }

    [Fact]
    public async Task A_cancel_ends_the_training_without_waiting_for_the_next_heartbeat()
    {
        using TemporaryFolder folder = new();
        using SemaphoreSlim reached = new(0), canceled = new(0);
        StageFakes fakes = new()
        {
            DuringStep = (step, ct) =>
            {
                if (step != 7) return;
                reached.Release();
                if (ct.WaitHandle.WaitOne(Eventually.HangLimit)) canceled.Release();
                ct.ThrowIfCancellationRequested();
            },
        };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes, ("Leases:Seconds", "1200"),
            ("Leases:HeartbeatSeconds", "500"));
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "canceled")));
        (await reached.WaitAsync(Eventually.HangLimit, Stop)).ShouldBeTrue();

        (await pipeline.Sender.Send(new CancelRun(run), Stop)).ShouldBeTrue();
        (await canceled.WaitAsync(Eventually.HangLimit, Stop)).ShouldBeTrue();
        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Canceled);
        (await pipeline.Sender.Send(new ListItems(run), Stop)).Single(i => i.Stage == Stages.Train).State.ShouldBe(ItemState.Canceled);
        (await pipeline.Sender.Send(new CancelRun(run), Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_failed_document_that_is_retried_joins_the_dataset_and_stored_results_are_reused()
    {
        using TemporaryFolder folder = new();
        bool broken = true;
        StageFakes fakes = new()
        {
            BeforeReading = text =>
            { if (broken && text.StartsWith("sick", StringComparison.Ordinal)) throw new InputException("b.pdf: not yet"); }
        };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "well"), ("b.pdf", "sick")));
        RunSummary first = (await pipeline.WaitAsync(run)).Summary;
        (first.State, first.Documents.Failed, first.Examples!.Train).ShouldBe((RunState.Succeeded, 1, 1));

        broken = false;
        (await pipeline.Sender.Send(new RetryRun(run, Stages.Caption), Stop)).ShouldBe(0);       // nothing failed there
        (await pipeline.Sender.Send(new RetryRun(run), Stop)).ShouldBe(1);
        RunSummary second = (await pipeline.WaitAsync(run)).Summary;
        (second.State, second.Documents.Failed, second.Examples!.Train).ShouldBe((RunState.Succeeded, 0, 2));
        (await pipeline.Sender.Send(new ListItems(run), Stop))
            .Single(i => i.Document == "a.pdf" && i.Stage == Stages.Extract).Attempt.ShouldBe(1);

        // The log tells of the failure to whoever looks for it.
        ListLogs search = new(run, Level: "warning", Stage: Stages.Extract, Attempt: 1, Text: "NOT YET");
        IReadOnlyList<LogLine> lines = await Eventually.ValueAsync(
            async () => await pipeline.Sender.Send(search, Stop) is { Count: > 0 } found ? found : null, "the failure is in the log");
        lines.ShouldHaveSingleItem().Message.ShouldContain("b.pdf: not yet");
        (await pipeline.Sender.Send(new ListLogs(run, Text: "not%yet"), Stop)).ShouldBeEmpty();
        (await pipeline.Sender.Send(new RetryRun(run), Stop)).ShouldBe(0);
    }

    [Fact]
    public async Task A_clone_from_a_stage_has_the_same_documents_and_works_only_from_there()
    {
        using TemporaryFolder folder = new();
        StageFakes fakes = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "cloned one"), ("b.pdf", "cloned two"));
        Guid run = await pipeline.IngestAsync(folder, options);
        await pipeline.WaitAsync(run);
        File.Delete(folder.File("in/b.pdf"));           // the folder has changed since
        (int extractions, int trainings) = (fakes.Extractions, fakes.Trainings);

        RunAccepted clone = (await pipeline.Sender.Send(new CloneRun(run, Json("""{"training":{"lora_rank":4}}"""), Stages.Train), Stop))
            .ShouldNotBeNull();
        RunDetails done = await pipeline.WaitAsync(clone.RunId);
        done.Summary.State.ShouldBe(RunState.Succeeded, done.Summary.Error);
        done.Summary.Documents.Succeeded.ShouldBe(2);
        done.Options.GetProperty("training").GetProperty("lora_rank").GetInt32().ShouldBe(4);
        fakes.Extractions.ShouldBe(extractions);
        fakes.Trainings.ShouldBe(trainings + 1);
        // as it was started
        (await pipeline.Sender.Send(new GetRun(run), Stop))!.Options.GetProperty("training").EnumerateObject().ShouldBeEmpty();
        (await Should.ThrowAsync<Npgsql.PostgresException>(() =>
            database.ScalarAsync<object>($"UPDATE runs SET configuration = '{{}}' WHERE id = '{run}' RETURNING 1")))
            .MessageText.ShouldEndWith("never changes; clone the run to change it");

        // Nothing changed, and yet what was asked for is done anew.
        RunAccepted again = (await pipeline.Sender.Send(new CloneRun(run, From: Stages.Train), Stop)).ShouldNotBeNull();
        (await pipeline.WaitAsync(again.RunId)).Summary.Train.ShouldNotBeNull().Reused.ShouldBeFalse();
        (fakes.Extractions, fakes.Trainings).ShouldBe((extractions, trainings + 2));

        InputException refused = await Should.ThrowAsync<InputException>(async () =>
            await pipeline.Sender.Send(new CloneRun(run, Json("""{"dataset":{"eval_fraction":0.3}}"""), Stages.Train), Stop));
        refused.Message.ShouldBe("dataset: concerns clean, which comes before train; start from clean to change it");
        (await Should.ThrowAsync<InputException>(async () =>
            await pipeline.Sender.Send(new CloneRun(run, Json("""{"trainning":{}}""")), Stop))).Message.ShouldContain("trainning");
    }

    [Fact]
    public async Task A_folder_submitted_twice_at_once_is_one_run()
    {
        using TemporaryFolder folder = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database);
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "twice"));
        Guid[] runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => pipeline.IngestAsync(folder, options)));
        runs.Distinct().ShouldHaveSingleItem();
        await pipeline.WaitAsync(runs[0]);
        (await pipeline.IngestAsync(folder, options)).ShouldNotBe(runs[0]);     // that one has ended
    }

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;
}
