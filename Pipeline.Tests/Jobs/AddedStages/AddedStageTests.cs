using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Runs;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.AddedStages;

/// <summary>Stages of this assembly run in the product's chain, without a line of the product that knows them.</summary>
public sealed class AddedStageTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stages_of_documents_parts_and_the_run_follow_one_another_and_meet_again()
    {
        using TemporaryFolder folder = new();
        ClausesStages stages = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, stages.Add);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "one"), ("b.pdf", "two")));

        RunDetails ended = await pipeline.WaitAsync(run);

        ended.Summary.State.ShouldBe(RunState.Succeeded, ended.Summary.Error);
        ended.Stages.Select(s => (s.Stage, s.Total, s.Done)).ShouldBe(
        [
            (Stages.Ingest, 1, 1), (Stages.Extract, 2, 2), (Stages.Caption, 2, 2), (Stages.Clean, 1, 1), (Stages.Facts, 2, 2),
            (Stages.Rows, 2, 2), (Stages.Verify, 2, 2), (Stages.Filter, 1, 1), (Stages.Dataset, 1, 1),
            (ClausesStages.Cut, 2, 2), (ClausesStages.Forward, 6, 6), (ClausesStages.Backward, 6, 6), (ClausesStages.Judge, 6, 6),
            (ClausesStages.Sum, 1, 1), (Stages.Train, 1, 1), (Stages.Evaluate, 1, 1), (Stages.Report, 1, 1), (Stages.Publish, 1, 1),
        ], ignoreOrder: true);
        ended.Stages.ShouldAllBe(s => s.Complete);
        ended.Stages.Single(s => s.Stage == ClausesStages.Cut).Title.ShouldBe("Clauses");
        RunItem[] items = [.. await pipeline.Sender.Send(new ListItems(run), Stop)];
        DateTimeOffset summed = items.Single(i => i.Stage == ClausesStages.Sum).StartedAt.ShouldNotBeNull();
        items.Where(i => i.Stage == ClausesStages.Judge).ShouldAllBe(i => i.FinishedAt <= summed && i.Document != null);
        items.Single(i => i.Stage == Stages.Train).StartedAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(
            items.Single(i => i.Stage == ClausesStages.Sum).FinishedAt.ShouldNotBeNull());
        // Each clause was judged once, after both readings of it.
        (Stage Stage, string Key)[] done = [.. stages.Done];
        done.Where(d => d.Stage == ClausesStages.Judge).Select(d => d.Key).ShouldBeUnique();
    }

    [Fact]
    public async Task A_part_that_fails_is_told_and_counted_and_a_retry_brings_it_and_what_was_built_without_it_back()
    {
        using TemporaryFolder folder = new();
        bool bad = true;
        ClausesStages stages = new()
        {
            During = (claim, _) =>
                bad && claim.Item.Stage == ClausesStages.Forward && claim.Item.Key.EndsWith("clause-2", StringComparison.Ordinal)
                ? throw new InputException("clause 2: cannot be read yet")
                : Task.CompletedTask,
        };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, stages.Add);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "retried clause")));

        RunDetails first = await pipeline.WaitAsync(run);
        first.Summary.State.ShouldBe(RunState.Succeeded, first.Summary.Error);
        first.Stages.Single(s => s.Stage == ClausesStages.Forward).Failed.ShouldBe(1);
        first.Stages.Single(s => s.Stage == ClausesStages.Judge).Total.ShouldBe(2);       // nobody judges a clause that was read halfway

        bad = false;
        (await pipeline.Sender.Send(new RetryRun(run, ClausesStages.Forward), Stop)).ShouldBe(1);
        RunDetails second = await pipeline.WaitAsync(run);
        second.Summary.State.ShouldBe(RunState.Succeeded, second.Summary.Error);
        second.Stages.Single(s => s.Stage == ClausesStages.Judge).Done.ShouldBe(3);
        stages.Done.Count(d => d.Stage == ClausesStages.Sum).ShouldBe(2);                 // summed up anew, with the third
        stages.Done.Count(d => d.Stage == ClausesStages.Cut).ShouldBe(1);
    }

    [Fact]
    public async Task Paused_in_the_middle_of_its_parts_a_run_goes_on_where_it_was()
    {
        using TemporaryFolder folder = new();
        using SemaphoreSlim reached = new(0);
        bool paused = false;
        ClausesStages stages = new()
        {
            Clauses = 6,
            During = async (claim, ct) =>
            {
                if (paused || claim.Item.Stage != ClausesStages.Judge) return;
                reached.Release();
                await Task.Delay(Timeout.Infinite, ct);       // the pause cancels it; nothing else would
            },
        };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, stages.Add);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "paused clauses")));
        await reached.WaitAsync(Stop);

        (await pipeline.Sender.Send(new PauseRun(run), Stop)).ShouldBeTrue();
        (await pipeline.WaitAsync(run, r => r.Summary.State == RunState.Paused)).Stages.ShouldAllBe(s => s.Running == 0);
        paused = true;
        (await pipeline.Sender.Send(new ResumeRun(run), Stop)).ShouldBeTrue();

        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        stages.Done.Count(d => d.Stage == ClausesStages.Judge).ShouldBe(6);
        stages.Done.Count(d => d.Stage == ClausesStages.Sum).ShouldBe(1);
    }

    [Fact]
    public async Task A_worker_that_dies_with_a_part_costs_one_attempt_and_nothing_else()
    {
        using TemporaryFolder folder = new();
        ClausesStages stages = new() { Clauses = 4 };
        Guid run, held;
        // As a kill leaves it: claimed, not renewed, never ended.
        await using (ServiceProvider dead = database.Services(s =>
            stages.Add(s.AddStages()), ("Leases:Seconds", "3"), ("Leases:HeartbeatSeconds", "0.5")))
        {
            using SemaphoreSlim reached = new(0);
            stages.During = async (claim, ct) =>
            {
                if (claim.Item.Stage != ClausesStages.Backward) return;
                reached.Release();
                await Task.Delay(Timeout.Infinite, ct);
            };
            await using (PipelineFixture first = await PipelineFixture.StartAsync(database, stages.Add))
            {
                run = await first.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "killed clauses")));
                await reached.WaitAsync(Stop);
            }
            await using PipelineDbContext db = await dead.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
                .CreateDbContextAsync(Stop);
            held = await db.StageItems.Where(i => i.RunId == run && i.Stage == ClausesStages.Backward && i.State == ItemState.Pending)
                .Select(i => i.Id).FirstAsync(Stop);
            (await dead.GetRequiredService<ItemClaims>().TryClaimAsync(held, Stop)).ShouldNotBeNull();
        }
        stages.During = (_, _) => Task.CompletedTask;
        await using PipelineFixture second = await PipelineFixture.StartAsync(database, stages.Add);

        (await second.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        RunItem[] items = [.. await second.Sender.Send(new ListItems(run), Stop)];
        items.Count(i => i.Stage == ClausesStages.Judge && i.State == ItemState.Succeeded).ShouldBe(4);
        items.Single(i => i.Id == held).Attempt.ShouldBeGreaterThanOrEqualTo(2);
        stages.Done.Count(d => d.Stage == ClausesStages.Sum).ShouldBe(1);
    }

    [Fact]
    public async Task Settings_of_an_added_stage_are_read_as_strictly_as_the_others_and_reach_it()
    {
        using TemporaryFolder folder = new();
        ClausesStages stages = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, stages.Add);
        RunOptions seed = PipelineFixture.Seed(folder, ("a.pdf", "strict clauses"));
        RunOptions With(string section)
        {
            JsonObject options = JsonNode.Parse(RunOptionsJson.Write(seed))!.AsObject();
            foreach ((string name, JsonNode? value) in JsonNode.Parse(section)!.AsObject()) options[name] = value?.DeepClone();
            return RunOptionsReader.Read(JsonSerializer.SerializeToElement(options));
        }

        Guid run = await pipeline.IngestAsync(folder, With("""{"clauses":{"strictness":4}}"""));
        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        stages.Strictness.ShouldBe(4);

        SettingsException refused = await Should.ThrowAsync<SettingsException>(() =>
            pipeline.IngestAsync(folder, With("""{"clauses":{"strictness":9,"strictnes":1},"claus":{"a":1}}""")));
        refused.Message.ShouldContain("clauses.strictness: 9 is out of range; use 1 to 5");
        refused.Message.ShouldContain("clauses.strictnes: unknown name; did you mean clauses.strictness?");
        refused.Message.ShouldContain("claus: unknown name");
    }

    [Fact]
    public async Task A_run_can_be_cloned_from_an_added_stage_on()
    {
        using TemporaryFolder folder = new();
        ClausesStages stages = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, stages.Add);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "cloned clauses")));
        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);

        RunAccepted clone = (await pipeline.Sender.Send(new CloneRun(run, From: ClausesStages.Sum), Stop)).ShouldNotBeNull();
        (await pipeline.WaitAsync(clone.RunId)).Summary.State.ShouldBe(RunState.Succeeded);
        stages.Done.Count(d => d.Stage == ClausesStages.Sum).ShouldBe(2);

        // A section of an earlier stage may not change.
        using JsonDocument changes = JsonDocument.Parse("""{"extraction":{"raster_dpi":100}}""");
        InputException refused = await Should.ThrowAsync<InputException>(async () =>
            await pipeline.Sender.Send(new CloneRun(run, changes.RootElement, ClausesStages.Sum), Stop));
        refused.Message.ShouldContain("start from extract");
    }
}
