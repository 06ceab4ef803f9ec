using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Tests.S3;

namespace Pipeline.Tests.Data;

public sealed class S3HousekeepingTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_objects_that_no_row_names_and_nobody_stored_lately_are_removed_and_broken_uploads_given_up()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder folder = new();
        await using PipelineStorage storage = await OpenAsync(server, folder.Path);
        await using ServiceProvider services = PostgresDatabase.Services(storage);
        IArtifactStore store = storage.Artifacts;
        StoredArtifact named = await S3ArtifactStoreTests.PutAsync(store, "named"), old = await S3ArtifactStoreTests.PutAsync(store, "old"),
            wanted = await S3ArtifactStoreTests.PutAsync(store, "wanted again"),
            fresh = await S3ArtifactStoreTests.PutAsync(store, "fresh");
        foreach (StoredArtifact artifact in new[] { named, old, wanted }) server.Age(S3ArtifactStoreTests.KeyOf(artifact),
            TimeSpan.FromDays(2));
        await S3ArtifactStoreTests.PutAsync(store, "wanted again");          // a worker stores it once more and names it in a moment
        server.BeginUpload("team/pipeline/objects/ab/old");
        server.Age(null, TimeSpan.FromDays(2));
        server.BeginUpload("team/pipeline/objects/ab/under-way");
        await using (PipelineDbContext db = await services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop))
        {
            await db.RegisterArtifactsAsync([named, old], Stop);
            db.Documents.Add(new Document(named.Sha256, "named.pdf", 5, DateTimeOffset.UtcNow));
            await db.SaveChangesAsync(Stop);
        }

        Collected removed = await services.GetRequiredService<Housekeeping>()
            .CollectAsync(TimeSpan.FromHours(24), TimeSpan.FromDays(30), Stop);

        (removed.Artifacts, removed.Bytes, removed.Leftovers).ShouldBe((1, 3L, 1));
        server.Keys.ShouldBe(new[] { named, wanted, fresh }.Select(S3ArtifactStoreTests.KeyOf), ignoreOrder: true);
        server.Uploads.ShouldBe(1);
        (await database.ScalarAsync<long>($"SELECT count(*) FROM artifacts WHERE sha256 = '{old.Sha256}'")).ShouldBe(0);
        await Should.ThrowAsync<FileNotFoundException>(() => store.OpenReadAsync(old.Sha256, Stop));       // no local copy outlives it
    }

    private Task<PipelineStorage> OpenAsync(S3StandIn server, string folder) => PipelineStorage.OpenAsync(
        new DataOptions
        {
            Folder = folder,
            ConnectionString = database.ConnectionString,
            Artifacts = new() { Store = ArtifactStoreKind.S3, S3 = server.Options }
        }, Stop);
}
