using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Artifacts.S3;
using Pipeline.Tests.S3;

namespace Pipeline.Tests.Data;

public sealed class S3FaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(S3Fault.SlowDown, "HEAD")]
    [InlineData(S3Fault.SlowDown, "PUT")]
    [InlineData(S3Fault.CutBody, "PUT")]
    [InlineData(S3Fault.Silence, "PUT")]
    [InlineData(S3Fault.SlowDown, "GET team/pipeline/objects")]
    [InlineData(S3Fault.CutBody, "GET team/pipeline/objects")]
    [InlineData(S3Fault.FlipByte, "GET team/pipeline/objects")]
    internal async Task Trouble_that_passes_is_not_noticed(S3Fault fault, string call)
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder a = new(), b = new();
        // Only silence has to be waited for; an answer may take its time.
        S3Options options = fault == S3Fault.Silence ? server.Options with { TimeoutSeconds = 5 } : server.Options;
        using S3ArtifactStore writer = await S3ArtifactStore.OpenAsync(a.Path, options, Stop),
            reader = await S3ArtifactStore.OpenAsync(b.Path, server.Options, Stop);
        server.Fail(fault, call);
        byte[] bytes = RandomNumberGenerator.GetBytes(1_000_000);
        StoredArtifact stored = await writer.PutAsync(new MemoryStream(bytes), Stop);
        (await S3ArtifactStoreTests.ReadAsync(reader, stored)).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_where_it_broke()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder a = new(), b = new();
        using S3ArtifactStore writer = await S3ArtifactStore.OpenAsync(a.Path, server.Options, Stop),
            reader = await S3ArtifactStore.OpenAsync(b.Path, server.Options, Stop);
        byte[] bytes = RandomNumberGenerator.GetBytes(2_000_000);
        StoredArtifact stored = await writer.PutAsync(new MemoryStream(bytes), Stop);
        server.Fail(S3Fault.CutBody, "GET team/pipeline/objects", times: 2);
        (await S3ArtifactStoreTests.ReadAsync(reader, stored)).ShouldBe(bytes);
        string[] reads = [.. server.Calls.Where(c => c.StartsWith("GET team", StringComparison.Ordinal))];
        reads.Length.ShouldBe(3);
        reads.Skip(1).ShouldAllBe(r => r.Contains(" bytes=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_object_is_named_and_never_handed_out()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder a = new(), b = new();
        using S3ArtifactStore writer = await S3ArtifactStore.OpenAsync(a.Path, server.Options, Stop),
            reader = await S3ArtifactStore.OpenAsync(b.Path, server.Options, Stop);
        StoredArtifact stored = await S3ArtifactStoreTests.PutAsync(writer, "whole");
        server.Damage(S3ArtifactStoreTests.KeyOf(stored), Encoding.UTF8.GetBytes("wrong"));

        DamagedArtifactException damaged = await Should.ThrowAsync<DamagedArtifactException>(() =>
            reader.OpenReadAsync(stored.Sha256, Stop));
        damaged.Message.ShouldContain(stored.Sha256);
        damaged.Message.ShouldContain(S3ArtifactStoreTests.KeyOf(stored));
        await Should.ThrowAsync<DamagedArtifactException>(() => reader.CopyToAsync(stored.Sha256, b.File("copy"), ct: Stop));
        await Should.ThrowAsync<DamagedArtifactException>(() => reader.CopyToAsync(stored.Sha256, b.File("copy"), once: true, Stop));
        Directory.GetFiles(b.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Trouble_that_stays_ends_as_an_error_that_may_be_tried_again()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder folder = new();
        S3Options options = server.Options with { Retries = 1 };
        using S3ArtifactStore store = await S3ArtifactStore.OpenAsync(folder.Path, options, Stop);
        server.Fail(S3Fault.SlowDown, "PUT", times: 10);
        ArtifactStoreException busy = await Should.ThrowAsync<ArtifactStoreException>(() => S3ArtifactStoreTests.PutAsync(store, "text"));
        busy.Message.ShouldContain("SlowDown");
        busy.ShouldBeAssignableTo<IOException>();
        server.Calls.Count(c => c.StartsWith("PUT", StringComparison.Ordinal)).ShouldBe(2);

        await server.DisposeAsync();
        (await Should.ThrowAsync<ArtifactStoreException>(() =>
            store.ExistsAsync(new string('a', 64), Stop))).Message.ShouldContain("does not answer");
        ArtifactStoreException away = await Should.ThrowAsync<ArtifactStoreException>(() =>
            S3ArtifactStore.OpenAsync(folder.Path, options, Stop));
        away.ShouldNotBeOfType<ArtifactSettingsException>();
        away.Message.ShouldContain("Artifacts:S3:Endpoint");
    }

    [Fact]
    public async Task Wrong_settings_are_told_at_the_start_with_the_fix_and_no_secret()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder folder = new();
        await RefusedAsync(server.Options with { SecretKey = "another secret" }, "SignatureDoesNotMatch", "Artifacts:S3:SecretKey");
        await RefusedAsync(server.Options with { AccessKey = "nobody" }, "InvalidAccessKeyId", "AWS_ACCESS_KEY_ID");
        await RefusedAsync(server.Options with { Bucket = "elsewhere" }, "Artifacts:S3:Bucket", "'elsewhere'");
        server.Fail(S3Fault.Forbidden, "GET");
        await RefusedAsync(server.Options, "AccessDenied", "allow the key to list");
        server.Options.ToString().ShouldNotContain(S3StandIn.SecretKey);

        async Task RefusedAsync(S3Options options, params string[] parts)
        {
            ArtifactSettingsException refused = await Should.ThrowAsync<ArtifactSettingsException>(() =>
                S3ArtifactStore.OpenAsync(folder.Path, options, Stop));
            foreach (string part in parts) refused.Message.ShouldContain(part);
            refused.ToString().ShouldNotContain(options.SecretKey!);
        }
    }

    [Theory]
    [InlineData("Artifacts:S3:Bucket", "Store=s3")]
    [InlineData("AWS_SECRET_ACCESS_KEY", "Store=s3", "S3:Bucket=b", "S3:Endpoint=http://localhost:1")]
    [InlineData("Artifacts:S3:SecretKey", "Store=s3", "S3:Bucket=b", "S3:AccessKey=k")]
    [InlineData("Artifacts:S3:Endpoint", "Store=s3", "S3:Bucket=b", "S3:Endpoint=localhost")]
    [InlineData("Artifacts:S3:PartMegabytes", "Store=s3", "S3:Bucket=b", "S3:PartMegabytes=1")]
    [InlineData("Artifacts", "Store=tape")]
    [InlineData("Buket", "Store=s3", "S3:Buket=b")]
    public void Settings_that_cannot_be_used_are_named(string named, params string[] settings) =>
        Should.Throw<ArtifactSettingsException>(() => Read(settings.Select(s => "Artifacts:" + s))).Message.ShouldContain(named);

    [Fact]
    public void Credentials_and_region_may_come_from_the_usual_variables()
    {
        S3Options options = Read(["Artifacts:Store=S3", "Artifacts:S3:Bucket=b", "Artifacts:S3:Prefix=/a/b/", "AWS_ACCESS_KEY_ID=key",
            "AWS_SECRET_ACCESS_KEY=secret", "AWS_REGION=eu-north-1"]).S3;
        (options.AccessKey, options.SecretKey, options.Region, options.Prefix).ShouldBe(("key", "secret", "eu-north-1", "a/b/"));
        Read(["Artifacts:S3:Bucket="]).Store.ShouldBe(ArtifactStoreKind.Folder);
    }

    private static ArtifactOptions Read(IEnumerable<string> settings) => ArtifactOptions.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Split('=', 2)[0], (string?)s.Split('=', 2)[1]))).Build());
}
