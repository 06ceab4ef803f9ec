using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Results;

namespace Pipeline.Tests.Jobs;

public sealed class RetentionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rasters_of_documents_that_no_run_used_lately_are_removed_and_made_anew_when_one_does()
    {
        using TemporaryFolder folder = new();
        StageFakes fakes = new() { Rasters = true };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "rasters of long ago"));
        Guid run = await pipeline.IngestAsync(folder, options);
        await pipeline.WaitAsync(run);
        string raster = await RasterAsync(pipeline, run);
        RetentionOptions keep = new() { UnusedHours = 24, RasterDays = 90 };
        Housekeeping housekeeping = pipeline.Services.GetRequiredService<Housekeeping>();

        await AgeAsync(run, extractedDays: 100, finishedDays: 1);          // made long ago, used yesterday
        AgeFiles();
        (await housekeeping.CollectAsync(keep, Stop)).Rasters.ShouldBe(0);
        await AgeAsync(run, extractedDays: 100, finishedDays: 100);
        (await housekeeping.CollectAsync(keep with { RasterDays = 0 }, Stop)).Rasters.ShouldBe(0);      // for ever
        (await housekeeping.CollectAsync(keep, Stop)).Rasters.ShouldBe(1);
        (await housekeeping.CollectAsync(keep, Stop)).Rasters.ShouldBe(0);      // once
        (await database.Storage.Artifacts.ExistsAsync(raster, Stop)).ShouldBeFalse();

        Guid again = await pipeline.IngestAsync(folder, options);
        (await pipeline.WaitAsync(again)).Summary.State.ShouldBe(RunState.Succeeded);
        fakes.Extractions.ShouldBe(2);
        (await database.Storage.Artifacts.ExistsAsync(raster, Stop)).ShouldBeTrue();
        (await housekeeping.CollectAsync(keep, Stop)).Rasters.ShouldBe(0);
    }

    [Fact]
    public async Task A_failed_run_keeps_its_work_folder_for_a_retry_until_its_time_is_over()
    {
        using TemporaryFolder folder = new();
        bool broken = true;
        StageFakes fakes = new()
        {
            DuringStep = (step, _) =>
            { if (step == 8 && broken) throw new Pipeline.Models.InputException("no luck"); }
        };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "retried")));
        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Failed);
        string unknown = database.Storage.WorkFolder(Guid.NewGuid());
        Directory.CreateDirectory(unknown);
        WorkFolders folders = pipeline.Services.GetRequiredService<WorkFolders>();
        await folders.CleanAsync(Stop);
        Directory.Exists(database.Storage.WorkFolder(run)).ShouldBeTrue();

        broken = false;
        (await pipeline.Sender.Send(new RetryRun(run), Stop)).ShouldBe(1);
        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        fakes.FirstStep.ShouldBe(6);            // it went on from its checkpoint
        Directory.Exists(database.Storage.WorkFolder(run)).ShouldBeFalse();

        broken = true;
        Guid second = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "given up")));
        (await pipeline.WaitAsync(second)).Summary.State.ShouldBe(RunState.Failed);
        await ExecuteAsync($"UPDATE runs SET finished_at = now() - interval '8 days' WHERE id = '{second}'");
        await folders.CleanAsync(Stop);
        Directory.Exists(database.Storage.WorkFolder(second)).ShouldBeFalse();
        Directory.Exists(unknown).ShouldBeTrue();       // perhaps another database's
    }

    [Fact]
    public async Task Stored_checkpoints_of_ended_runs_go_after_a_while_and_one_process_at_a_time_collects()
    {
        await using ServiceProvider services = database.Services(s => s.AddPipelineJobs());
        StoredArtifact checkpoint = await database.Storage.Artifacts.PutAsync(new MemoryStream([1, 2, 3]), Stop);
        AgeFiles();
        Run run = new("ended", null, "{}", DateTimeOffset.UtcNow);
        await using (PipelineDbContext db = await services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop))
        {
            db.Runs.Add(run);
            db.StageItems.Add(new StageItem(run.Id, Stages.Train, null, 3, DateTimeOffset.UtcNow));
            await db.SaveChangesAsync(Stop);
        }
        await ExecuteAsync($$"""
            UPDATE stage_items SET state = 'Failed', checkpoint_step = 4,
                checkpoint_files = '{"trainer_state.json": "{{checkpoint.Sha256}}"}' WHERE run_id = '{{run.Id}}';
            UPDATE runs SET state = 'Failed', finished_at = now() - interval '6 days' WHERE id = '{{run.Id}}'
            """);
        Housekeeping housekeeping = services.GetRequiredService<Housekeeping>();
        (await housekeeping.CollectAsync(new RetentionOptions(), Stop)).Checkpoints.ShouldBe(0);
        (await database.Storage.Artifacts.ExistsAsync(checkpoint.Sha256, Stop)).ShouldBeTrue();
        await ExecuteAsync($"UPDATE runs SET finished_at = now() - interval '8 days' WHERE id = '{run.Id}'");
        Collected?[] collected = await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(_ => housekeeping.TryCollectAsync(new RetentionOptions(), Stop)));
        collected.Sum(c => c?.Checkpoints ?? 0).ShouldBe(1);
        (await database.Storage.Artifacts.ExistsAsync(checkpoint.Sha256, Stop)).ShouldBeFalse();
    }

    private static async Task<string> RasterAsync(PipelineFixture pipeline, Guid run) =>
        (await pipeline.Sender.Send(new ListDocuments(run), Stop)).Single().Files["pages/page-0001.png"];

    private Task AgeAsync(Guid run, int extractedDays, int finishedDays) => ExecuteAsync($"""
        UPDATE extractions SET created_at = now() - interval '{extractedDays} days' WHERE id IN (SELECT extraction_id
            FROM run_documents WHERE run_id = '{run}');
        UPDATE runs SET finished_at = now() - interval '{finishedDays} days' WHERE id = '{run}'
        """);

    private void AgeFiles()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(database.Folder, "objects"), "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync(Stop);
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
