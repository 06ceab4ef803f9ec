using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Jobs.Schedules;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs;

/// <summary>In these tests a document says in its text how good the adapter trained on it is: <c>loss 1.25</c>.</summary>
public sealed partial class PromotionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_schedules_adapters_take_over_its_name_only_when_better_by_the_margin_and_one_step_leads_back()
    {
        using TemporaryFolder folder = new();
        StageFakes fakes = new() { LossOf = LossIn };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "loss 1.8")) with
        {
            Name = null,
            Publish = new() { PromotionMargin = 0.05 }
        };
        ScheduleEntry schedule = await pipeline.Sender.Send(new UpsertSchedule("Field Guide", "0 0 1 1 *", folder.File("in"), options),
            Stop);
        schedule.ServedName.ShouldBe("field-guide");

        RunSummary first = await FireAsync("loss 1.8");
        first.Adapter.ShouldBe("field-guide-1");
        PromotionEntry decision = first.Promotion.ShouldNotBeNull();
        (decision.Decision, decision.Name, decision.Against, decision.Loss, decision.ReferenceLoss, decision.Margin, decision.Tokens)
            .ShouldBe((PromotionKind.Promoted, "field-guide", null, 1.8, 2.0, 0.05, 10L));
        decision.Reason.ShouldStartWith("better than the base model: 20 of 200 questions right, 0 with the base model; it gains "
            + "10.0 points (95 % interval 5.8 to 14.9); the lower bound, 5.8, exceeds the margin of 5.0 points; of 50 general questions "
            + "it answers 50");
        fakes.Measurements.ShouldBe(0);

        RunSummary second = await FireAsync("loss 1.75");      // better, but not by enough
        second.Adapter.ShouldBe("field-guide-2");
        decision = second.Promotion.ShouldNotBeNull();
        (decision.Decision, decision.Against, decision.Loss, decision.ReferenceLoss)
            .ShouldBe((PromotionKind.Kept, "field-guide-1", 1.75, 1.8));
        decision.Reason.ShouldContain("25 of 200 questions right, 20 with field-guide-1");
        decision.Reason.ShouldContain("must exceed the margin of 5.0 points");
        decision.Improvement.ShouldNotBeNull().ShouldBe(0.05 / 1.8, 1e-9);
        fakes.Measurements.ShouldBe(1);         // by the evaluation, on the examples of the second run
        (await pipeline.Sender.Send(new ListEvaluations(second.RunId), Stop)).Single().CurrentLoss.ShouldBe(1.8);
        (await ServedAsync(pipeline, "field-guide")).ShouldBe(("field-guide-1", null));

        RunSummary third = await FireAsync("loss 1.2");
        third.Promotion.ShouldNotBeNull().Decision.ShouldBe(PromotionKind.Promoted);
        (await ServedAsync(pipeline, "field-guide")).ShouldBe(("field-guide-3", "field-guide-1"));
        (await pipeline.Sender.Send(new ListAdapters(), Stop)).Where(a => a.ServedAs.Contains("field-guide"))
            .ShouldHaveSingleItem().Name.ShouldBe("field-guide-3");

        // Asked by several at once, it goes back one step.
        ServedChange?[] asked = await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(i => pipeline.Sender.Send(new RollBackAdapter("field-guide", $"person {i}", From: "field-guide-3"), Stop).AsTask()));
        asked.Count(c => c?.Done is not null).ShouldBe(1);
        asked.Where(c => c?.Done is null)
            .ShouldAllBe(c => c!.Refusal == "field-guide is served by field-guide-1, not by field-guide-3 any more");
        (await ServedAsync(pipeline, "field-guide")).ShouldBe(("field-guide-1", null));
        (await pipeline.Sender.Send(new RollBackAdapter("field-guide", "test"), Stop))
            .ShouldNotBeNull().Refusal.ShouldBe("nothing served field-guide before field-guide-1");
        (await pipeline.Sender.Send(new RollBackAdapter("no-such", "test"), Stop)).ShouldBeNull();

        // What people took away does not come back by itself.
        await FireAsync("loss 1.9");
        RunSummary again = await FireAsync("loss 1.2");
        again.Adapter.ShouldBe("field-guide-3");
        again.Promotion.ShouldNotBeNull().Reason.ShouldStartWith("this training served the name and was rolled back at ");
        (await pipeline.Sender.Send(new PromoteAdapter("field-guide-3", "field-guide", "test", "it was fine"), Stop))
            .ShouldNotBeNull().Done.ShouldNotBeNull().Against.ShouldBe("field-guide-1");
        (await pipeline.Sender.Send(new ListPromotions("field-guide"), Stop))
            .Select(p => $"{p.Decision} {p.Adapter} {(p.RunId is null ? p.Reason : p.By)}").ShouldBe(
            ["Promoted field-guide-3 it was fine", "Kept field-guide-3 run", "Kept field-guide-4 run",
            "RolledBack field-guide-1 back from field-guide-3", "Promoted field-guide-3 run", "Kept field-guide-2 run",
            "Promoted field-guide-1 run"]);

        // Neither what serves nor what a rollback returns to is ever collected.
        await pipeline.Services.GetRequiredService<Housekeeping>().CollectAsync(TimeSpan.FromSeconds(-60), TimeSpan.FromDays(1), Stop);
        foreach (AdapterEntry adapter in (await pipeline.Sender.Send(new ListAdapters(), Stop))
            .Where(a => a.Name is "field-guide-1" or "field-guide-3"))
            File.Exists(Path.Combine(adapter.Path, "adapter_model.safetensors")).ShouldBeTrue(adapter.Name);
        // Also when its folder is on another machine: its files are in the store.
        Directory.Delete((await pipeline.Sender.Send(new ListAdapters(), Stop)).Single(a => a.Name == "field-guide-1").Path,
            recursive: true);
        (await pipeline.Sender.Send(new RollBackAdapter("field-guide", "test"), Stop))
            .ShouldNotBeNull().Done.ShouldNotBeNull().Adapter.ShouldBe("field-guide-1");
        File.Exists(Path.Combine((await pipeline.Sender.Send(new FetchAdapter("field-guide-1"), Stop)).ShouldNotBeNull(),
            "adapter_model.safetensors")).ShouldBeTrue();

        async Task<RunSummary> FireAsync(string text)
        {
            await File.WriteAllTextAsync(folder.File("in/a.pdf"), text, Stop);
            RunAccepted run = (await pipeline.Sender.Send(new RunSchedule(schedule.Id), Stop)).ShouldNotBeNull();
            RunSummary summary = (await pipeline.WaitAsync(run.RunId)).Summary;
            summary.State.ShouldBe(RunState.Succeeded, summary.Error);
            return summary;
        }
    }

    [Fact]
    public async Task An_adapter_that_another_overtook_between_evaluation_and_publication_is_compared_with_that_one()
    {
        using TemporaryFolder folder = new();
        StageFakes fakes = new() { LossOf = LossIn };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "loss 1.1 overtaker")) with { Name = "overtaker" };
        await FinishedAsync(pipeline, folder, options);
        fakes.AfterComparing = () => pipeline.Sender.Send(new PromoteAdapter("overtaker", "raced", "test"), Stop).AsTask().GetAwaiter()
            .GetResult().ShouldNotBeNull().Done.ShouldNotBeNull();
        await File.WriteAllTextAsync(folder.File("in/a.pdf"), "loss 1.5 slow", Stop);
        RunSummary slow = await FinishedAsync(pipeline, folder, options with { Name = "slow", Publish = new() { PromoteAs = "raced" } });
        PromotionEntry decision = slow.Promotion.ShouldNotBeNull();
        (decision.Decision, decision.Against, decision.ReferenceLoss, fakes.Measurements)
            .ShouldBe((PromotionKind.Kept, "overtaker", 1.1, 1));
        decision.Reason.ShouldContain("worse than overtaker: 50 of 200 questions right, 90 with overtaker; it loses 20.0 points");
        (await ServedAsync(pipeline, "raced")).ShouldBe(("overtaker", null));
    }

    [Fact]
    public async Task Runs_that_end_together_leave_the_best_adapter_serving()
    {
        using TemporaryFolder folder = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, new StageFakes { LossOf = LossIn });
        RunOptions options = PipelineFixture.Seed(folder) with { Name = "together", Publish = new() { PromoteAs = "best" } };
        double[] losses = [1.6, 1.2, 1.9, 1.4];
        Guid[] runs = await Task.WhenAll(losses.Select(async (loss, i) =>
        {
            string own = folder.File($"in/{i}");
            Directory.CreateDirectory(own);
            await File.WriteAllTextAsync(Path.Combine(own, "a.pdf"), string.Create(CultureInfo.InvariantCulture, $"loss {loss} together"),
                Stop);
            return (await pipeline.Sender.Send(new IngestFolder(own, options), Stop)).RunId;
        }));
        foreach (Guid run in runs) (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        (string adapter, _) = await ServedAsync(pipeline, "best");
        AdapterEntry best = (await pipeline.Sender.Send(new ListAdapters(), Stop)).Single(a => a.Name == adapter);
        LossIn(await File.ReadAllTextAsync(Path.Combine(best.Path, "adapter_model.safetensors"), Stop)).ShouldBe(1.2);
        (await pipeline.Sender.Send(new ListPromotions("best"), Stop)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_publication_that_is_delivered_again_decides_once()
    {
        using TemporaryFolder folder = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database);
        RunSummary run = await FinishedAsync(pipeline, folder, PipelineFixture.Seed(folder,
            ("a.pdf", "delivered twice")) with
        { Name = "twice", Publish = new() { PromoteAs = "delivered" } });
        RunItem item = (await pipeline.Sender.Send(new ListItems(run.RunId), Stop)).Single(i => i.Stage == Stages.Publish);
        // As if everything but the item's end had been stored.
        await using (PipelineDbContext db = await pipeline.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop))
            await db.Database.ExecuteSqlAsync(
                $"UPDATE stage_items SET state = 'Pending', finished_at = NULL, attempts_left = 3 WHERE id = {item.Id}", Stop);
        PublishAdapterJob job = ActivatorUtilities.CreateInstance<PublishAdapterJob>(pipeline.Services);
        await Task.WhenAll(job.RunAsync(item.Id, Stop), job.RunAsync(item.Id, Stop));
        await Eventually.TrueAsync(
            async () => (await pipeline.Sender.Send(new ListItems(run.RunId), Stop))
            .Single(i => i.Id == item.Id).State == ItemState.Succeeded, "the item ends again");
        (await pipeline.Sender.Send(new ListPromotions("delivered"), Stop))
            .ShouldHaveSingleItem().Decision.ShouldBe(PromotionKind.Promoted);
        (await ServedAsync(pipeline, "delivered")).ShouldBe(("twice-1", null));
    }

    [Fact]
    public async Task An_adapter_of_another_base_model_is_not_compared_and_a_clone_promotes_nothing()
    {
        using TemporaryFolder folder = new();
        StageFakes fakes = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "base one")) with
        {
            Name = "based",
            Publish = new() { PromoteAs = "base-bound" }
        };
        RunSummary first = await FinishedAsync(pipeline, folder, options);
        first.Promotion.ShouldNotBeNull().Decision.ShouldBe(PromotionKind.Promoted);

        Directory.CreateDirectory(folder.File("other"));
        await File.WriteAllTextAsync(folder.File("other/config.json"), "{\"other\": 1}", Stop);
        RunSummary other = await FinishedAsync(pipeline, folder, options with { BaseModel = folder.File("other") });
        other.Promotion.ShouldNotBeNull().Decision.ShouldBe(PromotionKind.Kept);
        other.Promotion.Reason.ShouldContain("belongs to another base model");
        fakes.Measurements.ShouldBe(0);

        RunAccepted clone = (await pipeline.Sender.Send(new CloneRun(first.RunId), Stop)).ShouldNotBeNull();
        (await pipeline.WaitAsync(clone.RunId)).Summary.Promotion.ShouldBeNull();
        RunAccepted asked = (await pipeline.Sender.Send(new CloneRun(first.RunId,
            System.Text.Json.JsonDocument.Parse("""{"publish":{"promote_as":"base-bound"}}""").RootElement), Stop)).ShouldNotBeNull();
        (await pipeline.WaitAsync(asked.RunId)).Summary.Promotion.ShouldNotBeNull().Reason.ShouldStartWith(
            "it is the same training as based-1");
    }

    [Fact]
    public async Task A_name_that_cannot_be_served_is_refused_before_any_work()
    {
        using TemporaryFolder folder = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database);
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "taken")) with { Name = "taken" };
        await FinishedAsync(pipeline, folder, options);
        (await Should.ThrowAsync<InputException>(async () => await pipeline.Sender.Send(new UpsertSchedule("s", "0 0 1 1 *",
            folder.File("in"), options with { Publish = new() { PromoteAs = "taken" } }), Stop)))
            .Message.ShouldBe("publish.promote_as: 'taken' is the name of an adapter itself; choose another");
        (await pipeline.Sender.Send(new UpsertSchedule("Taken", "0 0 1 1 *", folder.File("in"), options),
            Stop)).ServedName.ShouldBe("taken-served");
        (await Should.ThrowAsync<InputException>(async () =>
            await pipeline.IngestAsync(folder, options with { Publish = new() { PromoteAs = "taken" } })))
            .Message.ShouldStartWith("publish.promote_as: 'taken'");
        (await Should.ThrowAsync<InputException>(async () =>
            await pipeline.IngestAsync(folder, options with { Publish = new() { PromoteAs = "Not A Name", PromotionMargin = 2 } })))
            .Message.ShouldBe(
            "publish.promote_as: 'Not A Name': expected lower-case letters and digits with single hyphens between, such as 'pump-manuals'"
                + Environment.NewLine + "publish.promotion_margin: 2 is out of range; use 0 to 0.9");
        (await Should.ThrowAsync<InputException>(async () => await pipeline.Sender.Send(new PromoteAdapter("taken", "", "test"),
            Stop))).Message.ShouldBe("as: is empty; give the name to serve");
        (await pipeline.Sender.Send(new PromoteAdapter("taken", "taken", "test"), Stop)).ShouldNotBeNull().Refusal.ShouldNotBeNull()
            .ShouldContain("name of an adapter itself");
        // And a name that is served is given to no adapter.
        (await pipeline.Sender.Send(new PromoteAdapter("taken", "stable", "test"), Stop)).ShouldNotBeNull().Done.ShouldNotBeNull();
        (await FinishedAsync(pipeline, folder, options with { Name = "stable" })).Adapter.ShouldBe("stable-2");
    }

    private static async Task<RunSummary> FinishedAsync(PipelineFixture pipeline, TemporaryFolder folder, RunOptions options)
    {
        RunSummary run = (await pipeline.WaitAsync(await pipeline.IngestAsync(folder, options))).Summary;
        run.State.ShouldBe(RunState.Succeeded, run.Error);
        return run;
    }

    private static async Task<(string Adapter, string? Previous)> ServedAsync(PipelineFixture pipeline, string name)
    {
        ServedNameEntry served = (await pipeline.Sender.Send(new ListServedNames(), Stop)).Single(s => s.Name == name);
        return (served.Adapter, served.Previous);
    }

    private static double LossIn(string weights) => double.Parse(LossText().Match(weights).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"loss (\d\.\d+)")]
    private static partial Regex LossText();
}
