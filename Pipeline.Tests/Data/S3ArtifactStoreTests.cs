using System.Security.Cryptography;
using System.Text;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Artifacts.S3;
using Pipeline.Tests.S3;

namespace Pipeline.Tests.Data;

public sealed class S3ArtifactStoreTests
{
    private const string Objects = "team/pipeline/objects/";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_machine_stores_another_reads_and_downloads_once()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder a = new(), b = new();
        using S3ArtifactStore writer = await S3ArtifactStore.OpenAsync(a.Path, server.Options, Stop),
            reader = await S3ArtifactStore.OpenAsync(b.Path, server.Options, Stop);
        byte[] bytes = Encoding.UTF8.GetBytes("figure");

        StoredArtifact stored = await writer.PutAsync(new MemoryStream(bytes), Stop);

        stored.ShouldBe(new StoredArtifact(Convert.ToHexStringLower(SHA256.HashData(bytes)), 6));
        server.Keys.ShouldBe([KeyOf(stored)]);
        (await reader.ExistsAsync(stored.Sha256, Stop)).ShouldBeTrue();
        foreach (byte[] read in await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ReadAsync(reader, stored))))
            read.ShouldBe(bytes);
        await reader.CopyToAsync(stored.Sha256, b.File("out/copy.bin"), ct: Stop);
        (await File.ReadAllBytesAsync(b.File("out/copy.bin"), Stop)).ShouldBe(bytes);
        (await ReadAsync(writer, stored)).ShouldBe(bytes);
        server.Calls.Count(c => c.StartsWith("GET " + Objects, StringComparison.Ordinal)).ShouldBe(1);
        Directory.GetFiles(b.File("cache"), "*", SearchOption.AllDirectories).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Several_that_store_the_same_bytes_at_once_store_one_object()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder a = new(), b = new();
        using S3ArtifactStore one = await S3ArtifactStore.OpenAsync(a.Path, server.Options, Stop),
            two = await S3ArtifactStore.OpenAsync(b.Path, server.Options, Stop);
        byte[] bytes = RandomNumberGenerator.GetBytes(300_000);
        StoredArtifact[] stored = await Task.WhenAll(Enumerable.Range(0, 12)
            .Select(i => (i % 2 == 0 ? one : two).PutAsync(new MemoryStream(bytes), Stop)));
        stored.Distinct().ShouldHaveSingleItem();
        server.Keys.ShouldHaveSingleItem();
        server.Content(KeyOf(stored[0])).ShouldBe(bytes);
    }

    [Fact]
    public async Task Bytes_that_are_there_are_not_sent_again_but_an_old_object_is_renewed_and_a_truncated_one_replaced()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder folder = new();
        using S3ArtifactStore store = await S3ArtifactStore.OpenAsync(folder.Path, server.Options, Stop);
        StoredArtifact stored = await PutAsync(store, "kept");
        string key = KeyOf(stored);
        await PutAsync(store, "kept");
        Sent().ShouldBe(["PUT " + key]);

        server.Age(key, TimeSpan.FromHours(30));
        await PutAsync(store, "kept");
        Sent().ShouldBe(["PUT " + key, $"PUT {key} copy"]);
        (DateTime.UtcNow - server.WrittenAt(key)).ShouldBeLessThan(TimeSpan.FromMinutes(1));

        server.Damage(key, [1]);
        await PutAsync(store, "kept");
        server.Content(key).ShouldBe(Encoding.UTF8.GetBytes("kept"));

        string[] Sent() => [.. server.Calls.Where(c => c.StartsWith("PUT", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task A_storage_that_does_not_know_conditions_is_written_to_without()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        server.KnowsConditions = false;
        using TemporaryFolder folder = new();
        using S3ArtifactStore store = await S3ArtifactStore.OpenAsync(folder.Path, server.Options, Stop);
        (await ReadAsync(store, await PutAsync(store, "one"))).ShouldBe(Encoding.UTF8.GetBytes("one"));
        await PutAsync(store, "two");
        server.Calls.Count(c => c.StartsWith("PUT", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task A_large_file_is_sent_in_parts_and_one_that_fails_leaves_nothing()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder a = new(), b = new();
        using S3ArtifactStore store = await S3ArtifactStore.OpenAsync(a.Path, server.Options, Stop);
        byte[] bytes = RandomNumberGenerator.GetBytes((11 << 20) + 7);
        server.Fail(S3Fault.Forbidden, "partNumber");
        (await Should.ThrowAsync<ArtifactStoreException>(() =>
            store.PutAsync(new MemoryStream(bytes), Stop))).Message.ShouldContain("store a part");
        (server.Keys, server.Uploads).ShouldBe(([], 0));
        Directory.GetFiles(a.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();

        StoredArtifact stored = await store.PutAsync(new MemoryStream(bytes), Stop);

        server.Content(KeyOf(stored)).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        server.Uploads.ShouldBe(0);
        using S3ArtifactStore reader = await S3ArtifactStore.OpenAsync(b.Path, server.Options, Stop);
        (await ReadAsync(reader, stored)).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
    }

    [Fact]
    public async Task Local_copies_stay_within_their_limit_and_what_is_too_large_for_one_can_be_read_all_the_same()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder a = new(), b = new();
        using S3ArtifactStore writer = await S3ArtifactStore.OpenAsync(a.Path, server.Options, Stop);
        using S3ArtifactStore reader = await S3ArtifactStore.OpenAsync(b.Path, server.Options with { CacheMegabytes = 1 }, Stop);
        List<StoredArtifact> stored = [];
        for (int i = 0; i < 8; i++) stored.Add(await writer.PutAsync(new MemoryStream(RandomNumberGenerator.GetBytes(200_000)), Stop));
        foreach (StoredArtifact artifact in stored) await ReadAsync(reader, artifact);
        CopiesIn(b).Sum(f => f.Length).ShouldBeLessThanOrEqualTo(1 << 20);
        CopiesIn(b).Select(f => f.Name).ShouldContain(stored[^1].Sha256[2..]);

        byte[] large = RandomNumberGenerator.GetBytes(800_000);
        StoredArtifact tooLarge = await writer.PutAsync(new MemoryStream(large), Stop);
        (await ReadAsync(reader, tooLarge)).ShouldBe(large);
        CopiesIn(b).ShouldAllBe(f => f.Length == 200_000);
        Directory.GetFiles(b.File("cache/incoming")).ShouldBeEmpty();

        await reader.CopyToAsync(stored[0].Sha256, b.File("once"), once: true, Stop);
        new FileInfo(b.File("once")).Length.ShouldBe(200_000);
        CopiesIn(b).Select(f => f.Name).ShouldNotContain(stored[0].Sha256[2..]);
    }

    [Fact]
    public async Task A_missing_artifact_is_named()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder folder = new();
        using S3ArtifactStore store = await S3ArtifactStore.OpenAsync(folder.Path, server.Options, Stop);
        string hash = new('a', 64);
        (await Should.ThrowAsync<FileNotFoundException>(() => store.OpenReadAsync(hash, Stop))).Message.ShouldContain(hash);
        (await store.ExistsAsync(hash, Stop)).ShouldBeFalse();
        await Should.ThrowAsync<ArgumentException>(() => store.ExistsAsync("../../etc/passwd", Stop));
    }

    [Fact]
    public async Task A_list_of_several_pages_is_read_to_its_end()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        server.PageSize = 2;
        using TemporaryFolder folder = new();
        using S3ArtifactStore store = await S3ArtifactStore.OpenAsync(folder.Path, server.Options, Stop);
        List<StoredArtifact> stored = [];
        for (int i = 0; i < 5; i++) stored.Add(await PutAsync(store, "text " + i));
        (await store.ListAsync(DateTime.MaxValue, Stop).ToListAsync(Stop)).ShouldBe(stored, ignoreOrder: true);
        (await store.ListAsync(DateTime.UtcNow, Stop).ToListAsync(Stop)).ShouldBeEmpty();
    }

    internal static string KeyOf(StoredArtifact artifact) => $"{Objects}{artifact.Sha256[..2]}/{artifact.Sha256[2..]}";

    internal static Task<StoredArtifact> PutAsync(IArtifactStore store, string text) =>
        store.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), Stop);

    internal static async Task<byte[]> ReadAsync(IArtifactStore store, StoredArtifact artifact)
    {
        await using Stream stream = await store.OpenReadAsync(artifact.Sha256, Stop);
        using MemoryStream bytes = new();
        await stream.CopyToAsync(bytes, Stop);
        return bytes.ToArray();
    }

    private static FileInfo[] CopiesIn(TemporaryFolder folder) =>
        new DirectoryInfo(folder.File("cache/objects")).GetFiles("*", SearchOption.AllDirectories);
}
