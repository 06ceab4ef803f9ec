using System.Security.Cryptography;
using System.Text;
using Pipeline.Data.Artifacts;

namespace Pipeline.Tests.Data;

public sealed class FileArtifactStoreTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_bytes_are_stored_once_under_their_hash()
    {
        using TemporaryFolder folder = new();
        FileArtifactStore store = new(folder.Path);
        byte[] bytes = Encoding.UTF8.GetBytes("figure");
        StoredArtifact first = await store.PutAsync(new MemoryStream(bytes), Stop);
        StoredArtifact second = await store.PutAsync(new MemoryStream(bytes), Stop);

        first.ShouldBe(new StoredArtifact(Convert.ToHexStringLower(SHA256.HashData(bytes)), 6));
        second.ShouldBe(first);
        Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories)
            .ShouldBe([Path.Combine(folder.Path, "objects", first.Sha256[..2], first.Sha256[2..])]);
        await store.CopyToAsync(first.Sha256, folder.File("out/copy.bin"), ct: Stop);
        (await File.ReadAllBytesAsync(folder.File("out/copy.bin"), Stop)).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_source_that_breaks_off_leaves_nothing_behind()
    {
        using TemporaryFolder folder = new();
        FileArtifactStore store = new(folder.Path);
        await Should.ThrowAsync<IOException>(() => store.PutAsync(new BreakingStream(), Stop));
        Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("AB")]
    [InlineData("")]
    public async Task Names_that_are_no_hash_are_refused(string name)
    {
        using TemporaryFolder folder = new();
        FileArtifactStore store = new(folder.Path);
        (await Should.ThrowAsync<ArgumentException>(() => store.OpenReadAsync(name, Stop))).Message.ShouldContain("is not a sha256");
        await Should.ThrowAsync<ArgumentException>(() => store.ExistsAsync(name, Stop));
    }

    [Fact]
    public async Task A_missing_artifact_is_named()
    {
        using TemporaryFolder folder = new();
        string hash = new('a', 64);
        (await Should.ThrowAsync<FileNotFoundException>(() =>
            new FileArtifactStore(folder.Path).OpenReadAsync(hash, Stop))).Message.ShouldContain(hash);
    }

    [Fact]
    public async Task A_full_disk_is_told_as_such_with_the_fix()
    {
        using TemporaryFolder folder = new();
        FileArtifactStore store = new(folder.Path);
        StorageFullException full = await Should.ThrowAsync<StorageFullException>(() => store.PutAsync(new FullDiskStream(), Stop));
        full.Message.ShouldContain("the disk is full");
        full.Message.ShouldContain("--data");
    }

    private sealed class BreakingStream() : MemoryStream(new byte[1 << 20])
    {
        private bool _read;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_read) throw new IOException("the share went away");
            _read = true;
            return base.ReadAsync(buffer, cancellationToken);
        }
    }

    /// <summary>Fails as a write to a full disk does: with the system's real error for it.</summary>
    private sealed class FullDiskStream() : MemoryStream(new byte[1 << 20])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            full.Write(buffer.Span);
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
