using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Tests.S3;

namespace Pipeline.Tests.Data;

public sealed class S3BackupTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_of_a_bucket_is_restored_into_another_and_into_a_folder()
    {
        await using S3StandIn server = await S3StandIn.StartAsync(), other = await S3StandIn.StartAsync();
        using TemporaryFolder folder = new();
        await using PipelineStorage storage = await OpenAsync(server, folder.File("a"));
        await using (PipelineFixture pipeline = await PipelineFixture.StartAsync(storage))
            (await pipeline.WaitAsync(await pipeline.IngestAsync(folder,
                PipelineFixture.Seed(folder, ("a.pdf", "kept"))))).Summary.State.ShouldBe(RunState.Succeeded);

        await storage.BackUpAsync(folder.File("backup"), Stop);

        string[] kept = [.. server.Keys.Select(k => k["team/pipeline/".Length..])];
        kept.Length.ShouldBeGreaterThan(5);
        Directory.GetFiles(folder.File("backup/objects"), "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder.File("backup"), f)).ShouldBe(kept, ignoreOrder: true);
        await RestoredAsync(new DataOptions
        {
            Folder = folder.File("b"),
            Artifacts = new() { Store = ArtifactStoreKind.S3, S3 = other.Options }
        });
        other.Keys.ShouldBe(server.Keys);
        await RestoredAsync(new DataOptions { Folder = folder.File("c") });
        Directory.GetFiles(folder.File("c/objects"), "*", SearchOption.AllDirectories).Length.ShouldBe(kept.Length);

        string damaged = Path.Combine(folder.File("backup"), kept[0]);
        await File.WriteAllTextAsync(damaged, "rot", Stop);
        (await Should.ThrowAsync<DamagedArtifactException>(() =>
            RestoredAsync(new DataOptions { Folder = folder.File("d") }))).Message.ShouldContain(damaged);

        async Task RestoredAsync(DataOptions target)
        {
            string name = "restored_" + Guid.NewGuid().ToString("N")[..8];
            try
            {
                target = target with { ConnectionString = database.Server.ConnectionString(name) };
                await Backup.RestoreAsync(folder.File("backup"), target, Stop);
                await using PipelineStorage restored = await PipelineStorage.OpenAsync(target, Stop);
                await using NpgsqlConnection connection =
                    new(new NpgsqlConnectionStringBuilder(restored.ConnectionString) { Pooling = false }.ConnectionString);
                await connection.OpenAsync(Stop);
                await using NpgsqlCommand command = new("SELECT string_agg(sha256, ',') FROM artifacts", connection);
                foreach (string hash in ((string)(await command.ExecuteScalarAsync(Stop))!).Split(','))
                    (await restored.Artifacts.ExistsAsync(hash, Stop)).ShouldBeTrue();
            }
            finally
            {
                await database.Server.DropDatabaseAsync(name);
            }
        }
    }

    private Task<PipelineStorage> OpenAsync(S3StandIn server, string folder) => PipelineStorage.OpenAsync(
        new DataOptions
        {
            Folder = folder,
            ConnectionString = database.ConnectionString,
            Artifacts = new() { Store = ArtifactStoreKind.S3, S3 = server.Options }
        }, Stop);
}
