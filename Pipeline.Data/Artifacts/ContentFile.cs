using System.Security.Cryptography;

namespace Pipeline.Data.Artifacts;

/// <summary>Files on their way into and out of a store.</summary>
internal static class ContentFile
{
    public const int Buffer = 1 << 16;

    /// <summary>Writes a new file, flushed to disk.</summary>
    /// <returns>What the file holds.</returns>
    public static async Task<StoredArtifact> WriteAsync(Stream content, string path, CancellationToken ct)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[Buffer];
        long bytes = 0;
        await using FileStream target = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
        while (await content.ReadAsync(buffer, ct) is var read and > 0)
        {
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), ct);
            bytes += read;
        }
        target.Flush(flushToDisk: true);
        return new StoredArtifact(Convert.ToHexStringLower(hash.GetHashAndReset()), bytes);
    }

    /// <summary>Has a file written beside <paramref name="path"/> and moves it into place in one step. Folders are created.</summary>
    /// <exception cref="StorageFullException">No space left.</exception>
    public static async Task ReplaceAsync(string path, Func<string, Task> write)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        string temporary = path + "." + Guid.NewGuid().ToString("N")[..8] + ".tmp";
        try
        {
            await write(temporary);
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

    /// <summary>Writes a stream to a file in one piece and disposes the stream.</summary>
    public static async Task CopyAsync(Stream source, string path, CancellationToken ct)
    {
        await using (source)
            await ReplaceAsync(path, async temporary =>
            {
                await using FileStream target = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, Buffer,
                    FileOptions.Asynchronous);
                await source.CopyToAsync(target, ct);
            });
    }

    public static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, Buffer,
        FileOptions.Asynchronous | FileOptions.SequentialScan);

    public static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Path of a hash below a folder or a prefix: <c>ab/cdef…</c>.</summary>
    public static string RelativePath(string sha256) => IsHash(sha256)
        ? $"{sha256[..2]}/{sha256[2..]}"
        : throw new ArgumentException($"'{sha256}' is not a sha256 in lower-case hexadecimal digits", nameof(sha256));

    /// <summary>The hash of a path that <see cref="RelativePath"/> made, or null.</summary>
    public static string? HashOf(string relativePath) =>
        relativePath.Length == 65 && relativePath[2] == '/' && string.Concat(relativePath.AsSpan(0, 2), relativePath.AsSpan(3)) is var hash
        && IsHash(hash) ? hash : null;
}
