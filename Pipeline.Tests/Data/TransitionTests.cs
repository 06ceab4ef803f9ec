using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Jobs;

namespace Pipeline.Tests.Data;

/// <summary>
/// Statements that change states, tried from every state: what changes is what the entity allows, and each does change something.
/// </summary>
public sealed class TransitionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static readonly TheoryData<string> OfItems = ["claim", "claim next", "succeed", "skip", "pause", "open", "reopen", "cancel"];

    public static readonly TheoryData<string> OfRuns = ["start", "pause", "resume", "reopen", "succeed", "fail", "cancel"];

    [Theory]
    [MemberData(nameof(OfItems))]
    public async Task An_item_changes_only_as_its_entity_allows(string transition)
    {
        List<(ItemState From, ItemState To)> seen = [];
        foreach (ItemState from in Enum.GetValues<ItemState>())
        {
            await using ServiceProvider services = database.Services();
            await using PipelineDbContext db = await services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
                .CreateDbContextAsync(Stop);
            Run run = new("test", null, "{}", DateTimeOffset.UtcNow);
            StageItem item = new(run.Id, Stages.Train, null, 5, DateTimeOffset.UtcNow);
            db.AddRange(run, item);
            await db.SaveChangesAsync(Stop);
            string state = from.ToString();
            await db.Database.ExecuteSqlAsync($"UPDATE stage_items SET state = {state}, started_at = now() WHERE id = {item.Id}", Stop);
            await (transition switch
            {
                "claim" => ExecuteAsync(ItemTransitions.Claim(item.Id, new WorkerName("w"), TimeSpan.FromMinutes(1))),
                "claim next" => ExecuteAsync(ItemTransitions.ClaimNext(item.Stage, false, new WorkerName("w"), TimeSpan.FromMinutes(1))),
                "succeed" => ExecuteAsync(ItemTransitions.End(item, DateTimeOffset.UtcNow, null, false, [])),
                "skip" => ExecuteAsync(ItemTransitions.End(item, DateTimeOffset.UtcNow, "nothing to do", false, [])),
                "pause" => ItemTransitions.PauseAsync(db, run.Id, Stop),
                "open" => ItemTransitions.OpenAsync(db, run.Id, Stop),
                "reopen" => ItemTransitions.ReopenAsync(db, [item.Id], Stop),
                _ => (Task)ItemTransitions.CancelAsync(db, run.Id, Stop),
            });
            async Task ExecuteAsync(NpgsqlBatchCommand statement)
            {
                await db.Database.OpenConnectionAsync(Stop);
                await using NpgsqlBatch batch = db.Batch(statement);
                await batch.ExecuteNonQueryAsync(Stop);
            }
            ItemState to = await db.StageItems.Where(i => i.Id == item.Id).Select(i => i.State).SingleAsync(Stop);
            await db.Runs.Where(r => r.Id == run.Id).ExecuteDeleteAsync(Stop);
            if (to != from) seen.Add((from, to));
        }
        seen.ShouldNotBeEmpty();
        seen.ShouldAllBe(change => StageItem.Allows(change.From, change.To));
    }

    [Theory]
    [MemberData(nameof(OfRuns))]
    public async Task A_run_changes_only_as_its_entity_allows(string transition)
    {
        List<(RunState From, RunState To)> seen = [];
        foreach (RunState from in Enum.GetValues<RunState>())
        {
            await using ServiceProvider services = database.Services();
            await using PipelineDbContext db = await services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
                .CreateDbContextAsync(Stop);
            Run run = new("test", null, "{}", DateTimeOffset.UtcNow);
            db.Add(run);
            await db.SaveChangesAsync(Stop);
            string state = from.ToString();
            await db.Database.ExecuteSqlAsync($"UPDATE runs SET state = {state} WHERE id = {run.Id}", Stop);
            await (transition switch
            {
                "start" => RunTransitions.StartAsync(db, run.Id, Stop),
                "pause" => RunTransitions.PauseAsync(db, run.Id, Stop),
                "resume" => RunTransitions.ResumeAsync(db, run.Id, Stop),
                "reopen" => RunTransitions.ReopenAsync(db, run.Id, Stop),
                "succeed" => RunTransitions.EndAsync(db, run.Id, RunState.Succeeded, null, Stop),
                "fail" => RunTransitions.EndAsync(db, run.Id, RunState.Failed, "why", Stop),
                _ => RunTransitions.EndAsync(db, run.Id, RunState.Canceled, null, Stop),
            });
            RunState to = await db.Runs.Where(r => r.Id == run.Id).Select(r => r.State).SingleAsync(Stop);
            if (to != from) seen.Add((from, to));
        }
        seen.ShouldNotBeEmpty();
        seen.ShouldAllBe(change => Run.Allows(change.From, change.To));
    }
}
