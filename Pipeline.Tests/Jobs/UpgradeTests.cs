using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Jobs;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Runs;

namespace Pipeline.Tests.Jobs;

public sealed class UpgradeTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_in_flight_with_queue_entries_of_the_version_before_is_taken_over()
    {
        using TemporaryFolder folder = new();
        Guid run;
        StageFakes away = new() { BeforeReading = text => { if (text == "in flight") throw new IOException("the share is away"); } };
        await using (PipelineFixture before = await PipelineFixture.StartAsync(database, away))
        {
            run = await before.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "taken over"), ("b.pdf", "in flight")));
            await before.WaitAsync(run, r => r.Stages.Any(s => s.Stage == Stages.Caption && s.Done == 1));
        }
        Guid item;
        await using (ServiceProvider services = database.Services())
        await using (PipelineDbContext db = await services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop))
        {
            item = await db.StageItems.Where(i => i.RunId == run && i.Stage == Stages.Extract && i.State == ItemState.Pending)
                .Select(i => i.Id).SingleAsync(Stop);
            await db.Database.ExecuteSqlAsync($"DELETE FROM outbox_messages", Stop);
            await db.Database.ExecuteSqlAsync($"UPDATE stage_items SET not_before = NULL WHERE id = {item}", Stop);
            // The schema as the version before has it: one counter of open documents on the run.
            await db.GetService<IMigrator>().MigrateAsync("20261126011642_CheckpointCopies", Stop);
        }
        (await database.ScalarAsync<int>($"SELECT open_documents FROM runs WHERE id = '{run}'")).ShouldBe(1);

        await SchemaMigrator.MigrateAsync(database.ConnectionString, Stop);
        (await database.ScalarAsync<int>($"SELECT open FROM run_gates WHERE run_id = '{run}' AND stage = 'Clean'")).ShouldBe(1);
        await using PipelineFixture after = await PipelineFixture.StartAsync(database, settings: ("Worker:SweepSeconds", "3600"));
        string entry = after.Services.GetRequiredService<IBackgroundJobClient>()
            .Enqueue<ExtractDocumentJob>(Queues.Cpu, job => job.RunAsync(item, CancellationToken.None));

        RunDetails ended = await after.WaitAsync(run);
        ended.Summary.State.ShouldBe(RunState.Succeeded, ended.Summary.Error);
        ended.Summary.Documents.Succeeded.ShouldBe(2);
        (await database.ScalarAsync<long>(
            $"SELECT count(*) FROM hangfire.job WHERE id = {entry} AND invocationdata->>'Type' LIKE '%ExtractDocumentJob%'")).ShouldBe(1);
    }
}
