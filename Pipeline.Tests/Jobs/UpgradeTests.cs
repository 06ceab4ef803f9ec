using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Jobs;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Runs;
using Pipeline.Tests.EndToEnd;

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

    [Fact]
    public async Task A_run_whose_dataset_the_version_before_was_about_to_make_and_one_it_was_reading_go_on_to_their_ends()
    {
        using TemporaryFolder folder = new();
        StarterRun.CopySamples(folder.File("in"), 2);
        RunOptions options = TeachingDocuments.Options("before");
        string expected;
        Guid due, reading;
        await using (PipelineFixture before = await PipelineFixture.StartTeachingAsync(database, new RoteLearner()))
        {
            RunSummary run = await TeachingDocuments.FinishedAsync(before, folder.File("in"), options);
            expected = (await TeachingDocuments.DatasetOf(before, run)).ContentKey;
            due = run.RunId;
            reading = (await TeachingDocuments.FinishedAsync(before, folder.File("in"), options with { Name = "reading" })).RunId;
        }
        // As the version before leaves them: the one waits for its dataset, the other for the captions of one document.
        await SqlAsync($"""
            DELETE FROM outbox_messages;
            DELETE FROM stage_items WHERE stage NOT IN ('Ingest', 'Extract', 'Caption', 'Dataset');
            DELETE FROM stage_items WHERE run_id = '{reading}' AND stage = 'Dataset';
            UPDATE stage_items SET state = 'Pending', attempt = 0, started_at = NULL, finished_at = NULL, worker = NULL, lease_until = NULL
                WHERE run_id = '{due}' AND stage = 'Dataset' OR id =
                    (SELECT id FROM stage_items WHERE run_id = '{reading}' AND stage = 'Caption' LIMIT 1);
            UPDATE runs SET state = 'Running', finished_at = NULL, dataset_id = NULL, training_id = NULL, evaluation_id = NULL,
                adapter_id = NULL, work_files = '{"{}"}', report_files = '{"{}"}';
            DELETE FROM promotions; DELETE FROM adapters; DELETE FROM evaluations; DELETE FROM trainings; DELETE FROM datasets;
            DELETE FROM run_gates;
            INSERT INTO run_gates (run_id, stage, open) VALUES ('{due}', 'Dataset', 0), ('{reading}', 'Dataset', 1);
            """);
        await using (ServiceProvider services = database.Services())
        await using (PipelineDbContext db = await services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop))
            await db.GetService<IMigrator>().MigrateAsync("20261129135724_ExtractionWarnings", Stop);
        (await database.ScalarAsync<bool>("SELECT to_regclass('dataset_chunks') IS NULL")).ShouldBeTrue();

        await SchemaMigrator.MigrateAsync(database.ConnectionString, Stop);
        (await database.ScalarAsync<string>($"SELECT stage FROM run_gates WHERE run_id = '{due}'")).ShouldBe("Dataset");
        (await database.ScalarAsync<string>($"SELECT stage FROM run_gates WHERE run_id = '{reading}'")).ShouldBe("Clean");
        Guid item = await database.ScalarAsync<Guid>($"SELECT id FROM stage_items WHERE run_id = '{due}' AND stage = 'Dataset'");
        Guid caption = await database.ScalarAsync<Guid>("SELECT id FROM stage_items WHERE state = 'Pending' AND stage = 'Caption'");
        RoteLearner learner = new();
        await using PipelineFixture after = await PipelineFixture.StartTeachingAsync(database, learner, null,
            ("Worker:SweepSeconds", "3600"));
        IBackgroundJobClient queue = after.Services.GetRequiredService<IBackgroundJobClient>();
        queue.Enqueue<BuildDatasetJob>(Queues.Cpu, job => job.RunAsync(item, CancellationToken.None));
        queue.Enqueue<CaptionDocumentJob>(Queues.Gpu, job => job.RunAsync(caption, CancellationToken.None));

        foreach (Guid id in (Guid[])[due, reading])
        {
            RunSummary ended = (await after.WaitAsync(id)).Summary;
            ended.State.ShouldBe(RunState.Succeeded, ended.Error);
            // Made at once or by the stages in between, it is the same dataset.
            (await TeachingDocuments.DatasetOf(after, ended)).ContentKey.ShouldBe(expected);
            File.Exists(ended.ReportPath.ShouldNotBeNull()).ShouldBeTrue();
        }
        (await after.Sender.Send(new ListItems(due), Stop)).ShouldNotContain(i => i.Stage == Stages.Clean);
        (await after.Sender.Send(new ListItems(reading), Stop)).ShouldContain(i => i.Stage == Stages.Verify);
        learner.Fakes.Trainings.ShouldBeInRange(1, 2);      // at once, or one after the other
    }

    private async Task SqlAsync(string sql)
    {
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync(Stop);
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
