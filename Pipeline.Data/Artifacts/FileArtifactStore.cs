using System.Security.Cryptography;

namespace Pipeline.Data.Artifacts;

/// <summary>Artifacts as files <c>objects/ab/cdef…</c> below the data folder: written beside, flushed to disk, renamed into place.</summary>
public sealed class FileArtifactStore : IArtifactStore
{
    private readonly string _objects;
    private readonly string _incoming;

    /// <summary>Opens, or creates, the store of a data folder.</summary>
    public FileArtifactStore(string dataFolder)
    {
        _objects = Path.Combine(Path.GetFullPath(dataFolder), "objects");
        _incoming = Path.Combine(_objects, "incoming");
        Directory.CreateDirectory(_incoming);
    }

    /// <inheritdoc />
    public async Task<StoredArtifact> PutAsync(Stream content, CancellationToken ct = default)
    {
        string temporary = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        try
        {
            (string sha256, long bytes) = await WriteAsync(content, temporary, ct);
            string target = PathOf(sha256);
            if (File.Exists(target))
            {
                File.SetLastWriteTimeUtc(target, DateTime.UtcNow);     // wanted again, though perhaps no row says so yet
            }
            else
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Move(temporary, target, overwrite: true);      // from here on the artifact exists, whole
                FileSync.Folder(Path.GetDirectoryName(target)!);
            }
            return new StoredArtifact(sha256, bytes);
        }
        catch (IOException e) when (StorageFullException.IsNoSpace(e))
        {
            throw StorageFullException.For(_objects, e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc />
    public Stream OpenRead(string sha256)
    {
        string path = PathOf(sha256);
        if (!File.Exists(path))
            throw new FileNotFoundException($"artifact {sha256} is not in {_objects}; was the data folder moved or cleaned?", path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
    }

    /// <inheritdoc />
    public bool Exists(string sha256) => File.Exists(PathOf(sha256));

    /// <inheritdoc />
    public async Task CopyToAsync(string sha256, string path, CancellationToken ct = default)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        string temporary = path + "." + Guid.NewGuid().ToString("N")[..8] + ".tmp";
        try
        {
            await using (Stream source = OpenRead(sha256))
            await using (FileStream target = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous))
                await source.CopyToAsync(target, ct);
            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException e) when (StorageFullException.IsNoSpace(e))
        {
            throw StorageFullException.For(folder, e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static async Task<(string Sha256, long Bytes)> WriteAsync(Stream content, string path, CancellationToken ct)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        long bytes = 0;
        await using FileStream target = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
        while (await content.ReadAsync(buffer, ct) is var read and > 0)
        {
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), ct);
            bytes += read;
        }
        target.Flush(flushToDisk: true);
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), bytes);
    }

    private string PathOf(string sha256)
    {
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
            throw new ArgumentException($"'{sha256}' is not a sha256 in lower-case hexadecimal digits", nameof(sha256));
        return Path.Combine(_objects, sha256[..2], sha256[2..]);
    }
}
