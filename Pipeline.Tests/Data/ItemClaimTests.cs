using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs;

namespace Pipeline.Tests.Data;

public sealed class ItemClaimTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly record struct Seeded(Guid Run, Guid[] Items);

    [Fact]
    public async Task Of_many_workers_exactly_one_wins_an_item()
    {
        await using ServiceProvider services = database.Services();
        Seeded seeded = await SeedAsync(services, documents: 1);
        ItemClaims claims = services.GetRequiredService<ItemClaims>();
        ItemClaim?[] tried = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => claims.TryClaimAsync(seeded.Items[0], Stop)));

        ItemClaim won = tried.OfType<ItemClaim>().ShouldHaveSingleItem();
        won.Item.Attempt.ShouldBe(1);
        await won.DisposeAsync();
    }

    [Fact]
    public async Task A_finished_item_delivered_again_is_not_claimed()
    {
        await using ServiceProvider services = database.Services();
        Seeded seeded = await SeedAsync(services, documents: 2);
        await CompleteAsync(services, seeded.Items[0]);
        (await services.GetRequiredService<ItemClaims>().TryClaimAsync(seeded.Items[0], Stop)).ShouldBeNull();
        (await StagesAsync(services, seeded.Run)).Count(s => s == Stages.Caption).ShouldBe(1);
    }

    [Fact]
    public async Task The_owner_of_a_lost_lease_cannot_store_its_result()
    {
        await using ServiceProvider dying = database.Services(null, ("Leases:Seconds", "1"), ("Leases:HeartbeatSeconds", "600"));
        await using ServiceProvider taking = database.Services(null, ("Leases:HeartbeatSeconds", "0.2"));
        Seeded seeded = await SeedAsync(dying, documents: 1);
        await using ItemClaim stale = (await dying.GetRequiredService<ItemClaims>().TryClaimAsync(seeded.Items[0], Stop))!;
        await SweepUntilTakenAsync(taking, seeded.Items[0]);
        await using ItemClaim owner = (await taking.GetRequiredService<ItemClaims>().TryClaimAsync(seeded.Items[0], Stop))
            .ShouldNotBeNull();
        owner.Item.Attempt.ShouldBe(2);

        await Should.ThrowAsync<LeaseLostException>(() =>
            stale.CompleteAsync((db, _) => { db.Captions.Add(AnyCaption(seeded.Run)); return Task.CompletedTask; }, false, Stop));
        await owner.CompleteAsync((_, _) => Task.CompletedTask, false, Stop);
        await using PipelineDbContext db = await ContextAsync(taking);
        (await db.Captions.CountAsync(c => c.ModelFingerprint == seeded.Run.ToString("N"), Stop)).ShouldBe(0);
        (await db.StageItems.CountAsync(i => i.RunId == seeded.Run && i.Stage == Stages.Caption, Stop)).ShouldBe(1);
    }

    [Fact]
    public async Task A_living_worker_keeps_its_lease_by_its_heartbeat()
    {
        await using ServiceProvider services = database.Services(null, ("Leases:Seconds", "1"), ("Leases:HeartbeatSeconds", "0.2"));
        Seeded seeded = await SeedAsync(services, documents: 1);
        ItemClaims claims = services.GetRequiredService<ItemClaims>();
        await using ItemClaim owner = (await claims.TryClaimAsync(seeded.Items[0], Stop))!;
        await Task.Delay(1_500, Stop);
        (await claims.TryClaimAsync(seeded.Items[0], Stop)).ShouldBeNull();
        owner.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task Result_state_and_messages_are_stored_together_or_not_at_all()
    {
        await using ServiceProvider services = database.Services();
        Seeded seeded = await SeedAsync(services, documents: 1);
        await using ItemClaim claim = (await services.GetRequiredService<ItemClaims>().TryClaimAsync(seeded.Items[0], Stop))!;
        await Should.ThrowAsync<DbUpdateException>(() => claim.CompleteAsync((db, _) =>
        {
            db.Captions.AddRange(AnyCaption(seeded.Run), AnyCaption(seeded.Run));       // breaks the unique index at the very end
            return Task.CompletedTask;
        }, false, Stop));

        await using PipelineDbContext db = await ContextAsync(services);
        (await db.StageItems.SingleAsync(i => i.Id == seeded.Items[0], Stop)).State.ShouldBe(ItemState.Running);
        (await StagesAsync(services, seeded.Run)).ShouldBe([Stages.Ingest, Stages.Extract]);
    }

    [Fact]
    public async Task Documents_that_finish_at_once_start_the_dataset_once()
    {
        await using ServiceProvider services = database.Services();
        Seeded seeded = await SeedAsync(services, documents: 12);
        await Task.WhenAll(seeded.Items.Select(i => CompleteAsync(services, i)));
        Guid[] captions = await ItemsAsync(services, seeded.Run, Stages.Caption);
        captions.Length.ShouldBe(12);
        await Task.WhenAll(captions.Select(i => CompleteAsync(services, i)));
        (await ItemsAsync(services, seeded.Run, Stages.Clean)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_failed_document_does_not_stop_the_others_but_a_run_without_any_fails_with_the_reason()
    {
        await using ServiceProvider services = database.Services();
        Seeded mixed = await SeedAsync(services, documents: 2), hopeless = await SeedAsync(services, documents: 2);
        await FailAsync(services, mixed.Items[0], "a.pdf: encrypted");
        await CompleteAsync(services, mixed.Items[1]);
        await CompleteAsync(services, (await ItemsAsync(services, mixed.Run, Stages.Caption)).Single());
        foreach (Guid item in hopeless.Items) await FailAsync(services, item, "b.pdf: empty file");

        await using PipelineDbContext db = await ContextAsync(services);
        (await ItemsAsync(services, mixed.Run, Stages.Clean)).ShouldHaveSingleItem();
        Run failed = await db.Runs.SingleAsync(r => r.Id == hopeless.Run, Stop);
        failed.State.ShouldBe(RunState.Failed);
        failed.Error.ShouldBe("none of the 2 documents could be used; the first reason: b.pdf: empty file");
        (await ItemsAsync(services, hopeless.Run, Stages.Clean)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Transient_trouble_is_tried_again_later_and_at_last_fails()
    {
        await using ServiceProvider services = database.Services(null, ("Leases:TransientRetries", "2"));
        Seeded seeded = await SeedAsync(services, documents: 2);
        ItemClaims claims = services.GetRequiredService<ItemClaims>();
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            await using (ItemClaim claim = (await claims.TryClaimAsync(seeded.Items[0], Stop)).ShouldNotBeNull())
                await claim.FailAsync(FailureKind.Transient, "the server is away", Stop);
            (await claims.TryClaimAsync(seeded.Items[0], Stop)).ShouldBeNull();         // not before its time
            await using PipelineDbContext db = await ContextAsync(services);
            StageItem item = await db.StageItems.AsNoTracking().SingleAsync(i => i.Id == seeded.Items[0], Stop);
            item.State.ShouldBe(attempt < 3 ? ItemState.Pending : ItemState.Failed);
            if (attempt < 3) item.AttemptsLeft.ShouldBe(item.AttemptsAllowed);          // trouble is not a crash
            await db.Database.ExecuteSqlAsync($"UPDATE stage_items SET not_before = NULL WHERE id = {item.Id}", Stop);
        }
    }

    [Fact]
    public async Task Canceling_a_run_takes_the_item_from_its_worker()
    {
        await using ServiceProvider services = database.Services(null, ("Leases:HeartbeatSeconds", "0.1"));
        Seeded seeded = await SeedAsync(services, documents: 1);
        await using ItemClaim claim = (await services.GetRequiredService<ItemClaims>().TryClaimAsync(seeded.Items[0], Stop))!;
        await using (PipelineDbContext db = await ContextAsync(services))
            (await db.EndRunAsync(seeded.Run, RunState.Canceled, null, Stop)).ShouldBeTrue();
        await Should.ThrowAsync<OperationCanceledException>(() => Task.Delay(Eventually.HangLimit, claim.Lost));
        await Should.ThrowAsync<LeaseLostException>(() => claim.CompleteAsync((_, _) => Task.CompletedTask, false, Stop));
    }

    [Fact]
    public async Task Outbox_rows_survive_a_dispatcher_that_dies_and_are_handed_over_once_by_many()
    {
        await using ServiceProvider services = database.Services();
        Seeded seeded = await SeedAsync(services, documents: 5);
        Outbox outbox = services.GetRequiredService<Outbox>();
        HashSet<Guid> ours = [.. seeded.Items];
        int seen = 0;
        await Should.ThrowAsync<InvalidOperationException>(() =>
            outbox.DispatchAsync((_, _) => throw new InvalidOperationException($"died after {seen++}"), 1_000, Stop));
        List<Guid> delivered = [];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => outbox.DispatchAsync((due, _) =>
            { lock (delivered) delivered.AddRange(due.Select(m => m.ItemId)); return Task.CompletedTask; }, 1_000, Stop)));
        delivered.Where(ours.Contains).Order().ShouldBe(seeded.Items.Order());
    }

    [Fact]
    public async Task The_next_item_is_that_of_the_run_with_the_highest_priority()
    {
        await using ServiceProvider services = database.Services();
        Seeded low = await SeedAsync(services, documents: 2), high = await SeedAsync(services, documents: 2);
        await using (PipelineDbContext db = await ContextAsync(services))
        {
            (await db.PrioritizeAsync(low.Run, 1_000, Stop)).ShouldBeTrue();
            (await db.PrioritizeAsync(high.Run, 2_000, Stop)).ShouldBeTrue();
        }
        ItemClaims claims = services.GetRequiredService<ItemClaims>();
        List<Guid> runs = [];
        for (int i = 0; i < 4; i++)
        {
            StageItem item = (await claims.ClaimNextAsync(Stages.Extract, suspects: false, Stop)).ShouldNotBeNull();
            runs.Add(item.RunId);
            await using ItemClaim claim = (await claims.TryClaimAsync(item.Id, Stop)).ShouldNotBeNull();        // what was kept for it
            await claim.CompleteAsync((_, _) => Task.CompletedTask, false, Stop);
        }
        runs.ShouldBe([high.Run, high.Run, low.Run, low.Run]);
    }

    [Fact]
    public async Task Of_several_documents_in_a_dead_worker_none_is_blamed_and_each_is_then_worked_on_alone()
    {
        await using ServiceProvider dying = database.Services(null, ("Leases:Seconds", "1"), ("Leases:HeartbeatSeconds", "600")),
            services = database.Services(null, ("Leases:HeartbeatSeconds", "0.2"));
        Seeded seeded = await SeedAsync(services, documents: 2);
        ItemClaims claims = dying.GetRequiredService<ItemClaims>();
        // as a crash: nothing ended it
        foreach (Guid item in seeded.Items) await (await claims.TryClaimAsync(item, Stop)).ShouldNotBeNull().DisposeAsync();
        // Both leases end in the same moment, however long the two claims took: what the sweeper sees together was held together.
        await using (PipelineDbContext ending = await ContextAsync(services))
            await ending.Database.ExecuteSqlAsync(
                $"UPDATE stage_items SET lease_until = now() - interval '1 minute' WHERE run_id = {seeded.Run} AND state = 'Running'",
                Stop);
        foreach (Guid item in seeded.Items) await SweepUntilTakenAsync(services, item);
        await using PipelineDbContext db = await ContextAsync(services);
        StageItem[] suspects = await db.StageItems.AsNoTracking().Where(i => i.RunId == seeded.Run && i.Stage == Stages.Extract)
            .ToArrayAsync(Stop);
        suspects.ShouldAllBe(i => i.State == ItemState.Pending && i.Suspect && i.AttemptsLeft == i.AttemptsAllowed);

        // Alone in its worker, one is blamed: its attempts run out.
        for (int death = 1; death <= suspects[0].AttemptsAllowed; death++)
        {
            await (await claims.TryClaimAsync(seeded.Items[0], Stop)).ShouldNotBeNull().DisposeAsync();
            await SweepUntilTakenAsync(services, seeded.Items[0]);
        }
        (await db.StageItems.AsNoTracking().SingleAsync(i => i.Id == seeded.Items[0], Stop)).State.ShouldBe(ItemState.Failed);
        (await db.StageItems.AsNoTracking().SingleAsync(i => i.Id == seeded.Items[1], Stop)).State.ShouldBe(ItemState.Pending);
    }

    [Fact]
    public async Task A_clock_that_jumps_takes_no_item_from_a_living_worker()
    {
        await using ServiceProvider services = database.Services(null, ("Leases:Seconds", "2"), ("Leases:HeartbeatSeconds", "0.2"));
        Seeded seeded = await SeedAsync(services, documents: 1);
        StalledItems stalled = services.GetRequiredService<StalledItems>();
        await using ItemClaim claim = (await services.GetRequiredService<ItemClaims>().TryClaimAsync(seeded.Items[0], Stop))
            .ShouldNotBeNull();
        await stalled.RecoverAsync([], Stop);
        await using PipelineDbContext db = await ContextAsync(services);
        // Forward: every lease is long over. A sweep that trusted the clock would take the item now.
        await db.Database.ExecuteSqlAsync(
            $"UPDATE stage_items SET lease_until = lease_until - interval '1 hour' WHERE id = {seeded.Items[0]}", Stop);
        await stalled.RecoverAsync([], Stop);
        string renewed = $"SELECT lease_until > clock_timestamp() FROM stage_items WHERE id = '{seeded.Items[0]}'";
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>(renewed), "the living worker renews its lease");
        await stalled.RecoverAsync([], Stop);
        (await db.StageItems.AsNoTracking().SingleAsync(i => i.Id == seeded.Items[0], Stop)).State.ShouldBe(ItemState.Running);
        claim.Lost.IsCancellationRequested.ShouldBeFalse();

        // Backward: the lease of a worker that has died seems to last an hour.
        await claim.DisposeAsync();
        await db.Database.ExecuteSqlAsync($"UPDATE stage_items SET lease_until = now() + interval '1 hour' WHERE id = {seeded.Items[0]}",
            Stop);
        await SweepUntilTakenAsync(services, seeded.Items[0]);
    }

    [Fact]
    public async Task The_sweeper_revives_what_a_dead_worker_held_and_gives_up_after_three()
    {
        await using ServiceProvider services = database.Services(null, ("Leases:Seconds", "1"), ("Leases:HeartbeatSeconds", "600"));
        Seeded seeded = await SeedAsync(services, documents: 1);
        ItemClaims claims = services.GetRequiredService<ItemClaims>();
        for (int death = 1; death <= 3; death++)
        {
            await (await claims.TryClaimAsync(seeded.Items[0], Stop)).ShouldNotBeNull().DisposeAsync();      // as a crash: nothing ended it
            await SweepUntilTakenAsync(services, seeded.Items[0]);
        }
        await using PipelineDbContext after = await ContextAsync(services);
        StageItem item = await after.StageItems.SingleAsync(i => i.Id == seeded.Items[0], Stop);
        item.State.ShouldBe(ItemState.Failed);
        item.FailureKind.ShouldBe(FailureKind.Crash);
        item.Error!.ShouldContain("3 workers died with it");
        (await after.Runs.SingleAsync(r => r.Id == seeded.Run, Stop)).State.ShouldBe(RunState.Failed);
    }

    [Fact]
    public async Task A_pending_item_whose_queue_entry_was_lost_is_dispatched_again()
    {
        await using ServiceProvider services = database.Services();
        Seeded seeded = await SeedAsync(services, documents: 1);
        // taken, then lost by the queue
        await services.GetRequiredService<Outbox>().DispatchAsync((_, _) => Task.CompletedTask, 1_000, Stop);
        await using PipelineDbContext db = await ContextAsync(services);
        await db.Database.ExecuteSqlAsync($"UPDATE stage_items SET created_at = now() - interval '1 minute' WHERE id = {seeded.Items[0]}",
            Stop);
        StalledItems stalled = services.GetRequiredService<StalledItems>();
        await stalled.RecoverAsync([], Stop);
        (await db.OutboxMessages.CountAsync(m => m.ItemId == seeded.Items[0], Stop)).ShouldBe(0);   // its queue is busy: it may be in there
        await stalled.RecoverAsync([Stages.Extract], Stop);
        await stalled.RecoverAsync([Stages.Extract], Stop);
        (await db.OutboxMessages.CountAsync(m => m.ItemId == seeded.Items[0], Stop)).ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_claim_that_is_interrupted_on_its_way_is_completed_or_let_go_and_never_held_by_nobody(bool serverReturns)
    {
        await using ServiceProvider services = database.Services(null, ("Leases:HeartbeatSeconds", "0.2"));
        await using PipelineDbContext db = await ContextAsync(services);
        Run run = new("test", null, "{}", DateTimeOffset.UtcNow);
        db.Runs.Add(run);
        await db.SaveChangesAsync(Stop);
        await db.OpenRunAsync(Stages.Graph, run, Stop);
        Guid item = (await ItemsAsync(services, run.Id, Stages.Ingest)).Single();

        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task<ItemClaim?> claiming;
        await using (IDbContextTransaction hold = await db.Database.BeginTransactionAsync(Stop))
        {
            // The item is claimed; what the claim does next, to its run, has to wait for this lock …
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM runs WHERE id = {run.Id} FOR UPDATE", Stop);
            claiming = services.GetRequiredService<ItemClaims>().TryClaimAsync(item, stopping.Token);
            const string waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while (await database.ScalarAsync<long>(waiting) == 0) await Task.Delay(20, Stop);
            // … and is cut off there, by the server or by the worker's end.
            if (serverReturns) await database.ScalarAsync<long>(waiting.Replace("count(*)", "count(pg_terminate_backend(pid))",
                StringComparison.Ordinal));
            else await stopping.CancelAsync();
            await hold.RollbackAsync(Stop);
        }
        if (serverReturns)
        {
            await using ItemClaim claim = (await claiming).ShouldNotBeNull();
            await claim.CompleteAsync((_, _) => Task.CompletedTask, false, Stop);
            return;
        }
        await Should.ThrowAsync<OperationCanceledException>(() => claiming);
        string lease = $"SELECT lease_until::text FROM stage_items WHERE id = '{item}'";
        await Task.Delay(300, Stop);           // a renewal that was under way
        string before = await database.ScalarAsync<string>(lease);
        await Task.Delay(1_000, Stop);
        (await database.ScalarAsync<string>(lease)).ShouldBe(before);
    }

    /// <summary>As a worker's sweeper does, until the item is no longer the dead worker's.</summary>
    private static async Task SweepUntilTakenAsync(ServiceProvider services, Guid item)
    {
        StalledItems stalled = services.GetRequiredService<StalledItems>();
        await using PipelineDbContext db = await ContextAsync(services);
        while (await db.StageItems.AnyAsync(i => i.Id == item && i.State == ItemState.Running, Stop))
        {
            await stalled.RecoverAsync([], Stop);
            await Task.Delay(100, Stop);
        }
    }

    private static Caption AnyCaption(Guid run) => new("image", run.ToString("N"), "prompt", "a chart", 0.1, DateTimeOffset.UtcNow);

    private static async Task<Seeded> SeedAsync(ServiceProvider services, int documents)
    {
        await using PipelineDbContext db = await ContextAsync(services);
        Run run = new("test", null, "{}", DateTimeOffset.UtcNow);
        db.Runs.Add(run);
        for (int i = 0; i < documents; i++)
        {
            string sha = Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N");
            db.Documents.Add(new Document(sha, $"{i}.pdf", 1, DateTimeOffset.UtcNow));
            db.RunDocuments.Add(new RunDocument(run.Id, $"{i}.pdf", sha));
        }
        await db.SaveChangesAsync(Stop);
        await db.OpenRunAsync(Stages.Graph, run, Stop);
        await CompleteAsync(services, (await ItemsAsync(services, run.Id, Stages.Ingest)).Single());
        return new Seeded(run.Id, await ItemsAsync(services, run.Id, Stages.Extract));
    }

    private static async Task CompleteAsync(ServiceProvider services, Guid item)
    {
        await using ItemClaim claim = (await services.GetRequiredService<ItemClaims>().TryClaimAsync(item, Stop)).ShouldNotBeNull();
        await claim.CompleteAsync((_, _) => Task.CompletedTask, false, Stop);
    }

    private static async Task FailAsync(ServiceProvider services, Guid item, string error)
    {
        await using ItemClaim claim = (await services.GetRequiredService<ItemClaims>().TryClaimAsync(item, Stop)).ShouldNotBeNull();
        await claim.FailAsync(FailureKind.Input, error, Stop);
    }

    private static async Task<Guid[]> ItemsAsync(ServiceProvider services, Guid run, Stage stage)
    {
        await using PipelineDbContext db = await ContextAsync(services);
        return await db.StageItems.Where(i => i.RunId == run && i.Stage == stage).Select(i => i.Id).ToArrayAsync(Stop);
    }

    private static async Task<Stage[]> StagesAsync(ServiceProvider services, Guid run)
    {
        await using PipelineDbContext db = await ContextAsync(services);
        return await db.StageItems.Where(i => i.RunId == run).OrderBy(i => i.CreatedAt).Select(i => i.Stage).ToArrayAsync(Stop);
    }

    private static Task<PipelineDbContext> ContextAsync(ServiceProvider services) =>
        services.GetRequiredService<IDbContextFactory<PipelineDbContext>>().CreateDbContextAsync(Stop);
}
