using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Jobs;

namespace Pipeline.Tests.Data;

public sealed class HousekeepingTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_files_that_no_row_names_and_nobody_wrote_lately_are_removed()
    {
        await using ServiceProvider services = database.Services();
        IArtifactStore store = database.Storage.Artifacts;
        StoredArtifact named = await PutAsync(store, "named"), old = await PutAsync(store, "old"),
            wanted = await PutAsync(store, "wanted again"), fresh = await PutAsync(store, "fresh");
        foreach (StoredArtifact artifact in new[] { named, old, wanted }) Age(artifact);
        await PutAsync(store, "wanted again");          // a worker stores it once more and names it in a moment
        string incoming = Path.Combine(database.Folder, "objects", "incoming", "half");
        await File.WriteAllTextAsync(incoming, "half", Stop);
        File.SetLastWriteTimeUtc(incoming, DateTime.UtcNow.AddDays(-2));
        await using (PipelineDbContext db = await services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop))
        {
            await db.RegisterArtifactsAsync([named, old], Stop);
            db.Documents.Add(new Document(named.Sha256, "named.pdf", 5, DateTimeOffset.UtcNow));
            db.LogEntries.Add(new LogEntry
            {
                At = DateTimeOffset.UtcNow.AddDays(-40),
                Level = "Information",
                Category = "old",
                Message = "long ago"
            });
            db.LogEntries.Add(new LogEntry { At = DateTimeOffset.UtcNow, Level = "Information", Category = "new", Message = "just now" });
            await db.SaveChangesAsync(Stop);
        }

        Collected removed = await services.GetRequiredService<Housekeeping>()
            .CollectAsync(TimeSpan.FromHours(24), TimeSpan.FromDays(30), Stop);

        (removed.Artifacts, removed.Bytes, removed.Leftovers, removed.LogLines).ShouldBe((1, 3L, 1, 1L));
        (await store.ExistsAsync(named.Sha256, Stop), await store.ExistsAsync(old.Sha256, Stop),
            await store.ExistsAsync(wanted.Sha256, Stop), await store.ExistsAsync(fresh.Sha256, Stop))
            .ShouldBe((true, false, true, true));
        (await database.ScalarAsync<long>($"SELECT count(*) FROM artifacts WHERE sha256 = '{old.Sha256}'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_backup_restored_elsewhere_has_the_runs_and_files_and_goes_on()
    {
        using TemporaryFolder folder = new();
        await using (PipelineFixture pipeline = await PipelineFixture.StartAsync(database))
            await pipeline.WaitAsync(await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "kept"))));
        await database.Storage.BackUpAsync(folder.File("backup"), Stop);
        (await Should.ThrowAsync<IOException>(() =>
            database.Storage.BackUpAsync(folder.File("backup"), Stop))).Message.ShouldContain("holds files");

        string name = "restored_" + Guid.NewGuid().ToString("N")[..8];
        try
        {
            DataOptions target = new() { Folder = folder.File("data"), ConnectionString = database.Server.ConnectionString(name) };
            await Backup.RestoreAsync(folder.File("backup"), target, Stop);
            (await Should.ThrowAsync<IOException>(() =>
                Backup.RestoreAsync(folder.File("backup"), target, Stop))).Message.ShouldContain("has runs already");
            await using PipelineStorage storage = await PipelineStorage.OpenAsync(target, Stop);
            await using Npgsql.NpgsqlConnection connection =
                new(new Npgsql.NpgsqlConnectionStringBuilder(storage.ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(Stop);
            await using Npgsql.NpgsqlCommand command = new("SELECT state || ' ' || (SELECT path FROM adapters) || ' ' || (SELECT "
                + "string_agg(sha256, ',') FROM artifacts) FROM runs", connection);
            string[] facts = ((string)(await command.ExecuteScalarAsync(Stop))!).Split(' ');
            facts[0].ShouldBe(nameof(RunState.Succeeded));
            facts[1].ShouldBe(RunFolders.Adapter(storage, "test"));
            Directory.Exists(facts[1]).ShouldBeTrue();
            foreach (string hash in facts[2].Split(',')) (await storage.Artifacts.ExistsAsync(hash, Stop)).ShouldBeTrue();
        }
        finally
        {
            await database.Server.DropDatabaseAsync(name);
        }
    }

    private static async Task<StoredArtifact> PutAsync(IArtifactStore store, string text) =>
        await store.PutAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), Stop);

    private void Age(StoredArtifact artifact) =>
        File.SetLastWriteTimeUtc(Path.Combine(database.Folder, "objects", artifact.Sha256[..2], artifact.Sha256[2..]),
        DateTime.UtcNow.AddDays(-2));
}
