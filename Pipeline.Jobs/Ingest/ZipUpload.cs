using System.IO.Compression;
using System.Runtime.CompilerServices;
using Pipeline.Data.Artifacts;
using Pipeline.Models;

namespace Pipeline.Jobs.Ingest;

/// <summary>The PDFs of an uploaded zip, within limits: what a small zip unpacks to must not fill the disk.</summary>
internal static class ZipUpload
{
    private const int MaxEntries = 10_000;
    private const long MaxUnpackedBytes = 8L << 30;

    public static async IAsyncEnumerable<(string Name, StoredArtifact Stored)> StoreAsync(
        string zipName, Stream content, IArtifactStore artifacts, [EnumeratorCancellation] CancellationToken ct)
    {
        using ZipArchive zip = Open(zipName, content);
        if (zip.Entries.Count > MaxEntries) throw new InputException(
            $"{zipName}: {zip.Entries.Count} entries; at most {MaxEntries} are accepted, split the zip");
        long left = MaxUnpackedBytes;
        foreach (ZipArchiveEntry entry in zip.Entries.Where(e => e.Name.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase)))
        {
            StoredArtifact stored;
            try
            {
                await using Stream unpacked = await entry.OpenAsync(ct);
                await using LimitedStream limited = new(unpacked, left,
                    $"{zipName}: it unpacks to more than {MaxUnpackedBytes >> 30} GiB; split it");
                stored = await artifacts.PutAsync(limited, ct);
            }
            catch (InvalidDataException e)
            {
                throw new InputException($"{zipName}: {entry.FullName} is damaged ({e.Message}); make the zip again", e);
            }
            left -= stored.Bytes;
            yield return (UploadedName.Clean(entry.FullName), stored);
        }
    }

    private static ZipArchive Open(string name, Stream content)
    {
        try
        {
            return new ZipArchive(content, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"{name} is not a zip file ({e.Message})", e);
        }
    }

    /// <summary>A stream that fails when it would return more bytes than declared.</summary>
    private sealed class LimitedStream(Stream inner, long limit, string refusal) : Stream
    {
        private long _left = limit;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            _left -= read;
            return _left >= 0 ? read : throw new InputException(refusal);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
