using System.Security.Cryptography;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Artifacts.S3;
using Pipeline.Tests.S3;

namespace Pipeline.Tests.Data;

/// <summary>
/// Every request that the product makes, to the stand-in and, when <c>PIPELINE_TEST_S3</c> is "endpoint bucket key secret", to that
/// storage too.
/// </summary>
public sealed class S3ServerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Servers { get; } = Environment.GetEnvironmentVariable("PIPELINE_TEST_S3") is { Length: > 0 } real
        ? ["", real] : [""];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_storage_does_what_the_product_asks_of_it(string server)
    {
        await using S3StandIn standIn = await S3StandIn.StartAsync();
        using TemporaryFolder folder = new();
        S3Options options = Options(standIn, server);
        using S3Bucket bucket = new(options);
        try
        {
            using S3ArtifactStore a = await S3ArtifactStore.OpenAsync(folder.File("a"), options, Stop),
                b = await S3ArtifactStore.OpenAsync(folder.File("b"), options, Stop);
            byte[] small = RandomNumberGenerator.GetBytes(70_000), large = RandomNumberGenerator.GetBytes((11 << 20) + 1);
            StoredArtifact[] stored = [await a.PutAsync(new MemoryStream(small), Stop), await a.PutAsync(new MemoryStream(large), Stop),
                await a.PutAsync(new MemoryStream([]), Stop)];
            foreach ((StoredArtifact artifact, byte[] bytes) in stored.Zip([small, large, Array.Empty<byte>()]))
            {
                (await b.PutAsync(new MemoryStream(bytes), Stop)).ShouldBe(artifact);
                (await b.ExistsAsync(artifact.Sha256, Stop)).ShouldBeTrue();
                using S3ArtifactStore reader = await S3ArtifactStore.OpenAsync(folder.File("reader"), options, Stop);
                (await S3ArtifactStoreTests.ReadAsync(reader, artifact)).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
            }
            (await a.ListAsync(DateTime.MaxValue, Stop).ToListAsync(Stop)).ShouldBe(stored, ignoreOrder: true);

            // Sent again although it is there, whole and in parts: the condition makes that a success, whether it is known or not.
            foreach ((StoredArtifact artifact, byte[] bytes) in stored.Zip([small, large]))
            {
                await File.WriteAllBytesAsync(folder.File("again"), bytes, Stop);
                await new S3Upload(bucket).SendAsync(artifact, folder.File("again"), replace: false, Stop);
                await new S3Upload(bucket).SendAsync(artifact, folder.File("again"), replace: true, Stop);
                (await bucket.TouchAsync(artifact.Sha256, Stop)).ShouldBeTrue();
                (await bucket.FindAsync(artifact.Sha256, Stop))!.Value.Bytes.ShouldBe(artifact.Bytes);
            }
            using (Amazon.S3.Model.GetObjectResponse rest = (await bucket.ReadAsync(stored[1].Sha256, 11 << 20, null, Stop))
                .ShouldNotBeNull())
                (rest.HttpStatusCode, rest.ContentLength).ShouldBe((System.Net.HttpStatusCode.PartialContent, 1));

            await bucket.Client.InitiateMultipartUploadAsync(options.Bucket, bucket.KeyOf(stored[0].Sha256), Stop);
            (await bucket.AbortUploadsAsync(DateTime.UtcNow.AddHours(-1), Stop)).ShouldBe(0);
            (await bucket.AbortUploadsAsync(DateTime.UtcNow.AddHours(1), Stop)).ShouldBe(1);

            (await a.DeleteAsync(stored[0].Sha256, DateTime.UtcNow, Stop)).ShouldBeFalse();
            foreach (StoredArtifact artifact in stored)
            {
                (await a.DeleteAsync(artifact.Sha256, DateTime.MaxValue, Stop)).ShouldBeTrue();
                (await a.ExistsAsync(artifact.Sha256, Stop)).ShouldBeFalse();
                (await bucket.ReadAsync(artifact.Sha256, 0, null, Stop)).ShouldBeNull();
            }
            await Should.ThrowAsync<ArtifactSettingsException>(() =>
                S3ArtifactStore.OpenAsync(folder.File("c"), options with { SecretKey = "wrong" }, Stop));
            (await Should.ThrowAsync<ArtifactSettingsException>(() => S3ArtifactStore.OpenAsync(folder.File("c"),
                options with { Bucket = "no-such-bucket-here" }, Stop))).Message.ShouldContain("no-such-bucket-here");
        }
        finally
        {
            await foreach ((StoredArtifact artifact,
                _) in bucket.ListAsync(CancellationToken.None)) await bucket.DeleteAsync(artifact.Sha256, CancellationToken.None);
        }
    }

    private static S3Options Options(S3StandIn standIn, string server)
    {
        if (server.Length == 0) return standIn.Options;
        string[] parts = server.Split(' ');
        return new S3Options
        {
            Endpoint = parts[0],
            Bucket = parts[1],
            AccessKey = parts[2],
            SecretKey = parts[3],
            Prefix = "test-"
            + Guid.NewGuid().ToString("N"),
            PartMegabytes = 5
        }.Checked();
    }
}
