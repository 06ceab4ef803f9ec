using System.Security.Cryptography;
using Amazon.S3.Model;

namespace Pipeline.Data.Artifacts.S3;

/// <summary>
/// Downloads objects to files. A broken download resumes where it broke; a file whose hash is not its name is never returned.
/// </summary>
internal sealed class S3Download(S3Bucket bucket)
{
    private const int MostMismatches = 2;

    /// <summary>Writes an artifact to a new file, flushed to disk.</summary>
    /// <exception cref="FileNotFoundException">There is no such object.</exception>
    /// <exception cref="DamagedArtifactException">The object holds other bytes, even when read a second time.</exception>
    public async Task<StoredArtifact> ReceiveAsync(string sha256, string path, CancellationToken ct)
    {
        await using Receiver receiver = new(path);
        int failures = 0, mismatches = 0;
        while (true)
        {
            try
            {
                using GetObjectResponse response = await bucket.ReadAsync(sha256, receiver.Bytes, receiver.ETag, ct)
                    ?? throw Missing(sha256);
                await receiver.ReceiveAsync(response, TimeSpan.FromSeconds(bucket.Options.TimeoutSeconds), ct);
            }
            catch (Exception e) when (e is not (ArtifactStoreException or FileNotFoundException or StorageFullException)
                && !StorageFullException.IsNoSpace(e) && !ct.IsCancellationRequested)
            {
                if (++failures > bucket.Options.Retries) throw S3Errors.Explain(bucket.Options, "read", e);
                await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << Math.Min(failures, 6)) * (0.5 + Random.Shared.NextDouble())), ct);
                continue;
            }
            string found = receiver.Finish();
            if (found == sha256) return new StoredArtifact(sha256, receiver.Bytes);
            // Once may be a network fault; twice the same is the object itself.
            if (++mismatches == MostMismatches)
                throw new DamagedArtifactException(
                    $"artifact {sha256} is damaged: object '{bucket.KeyOf(sha256)}' of bucket '{bucket.Options.Bucket}' holds "
                    + $"{receiver.Bytes} bytes with the hash {found}; "
                    + "delete the object and retry the run, which makes or stores it again, or put it back from a backup");
            receiver.Restart();
        }
    }

    private FileNotFoundException Missing(string sha256) =>
        new($"artifact {sha256} is not in bucket '{bucket.Options.Bucket}' ('{bucket.KeyOf(sha256)}'); was the bucket cleaned, or is "
        + $"Artifacts:S3:Prefix another one?");

    /// <summary>A file that is extended by one response after another.</summary>
    private sealed class Receiver(string path) : IAsyncDisposable
    {
        private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] _buffer = new byte[ContentFile.Buffer];

        public long Bytes { get; private set; }

        public string? ETag { get; private set; }

        public async Task ReceiveAsync(GetObjectResponse response, TimeSpan timeout, CancellationToken ct)
        {
            // the whole object from the beginning
            if (response.HttpStatusCode != System.Net.HttpStatusCode.PartialContent) Restart();
            ETag = response.ETag;
            long end = Bytes + response.ContentLength;
            using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(ct);
            while (true)
            {
                silence.CancelAfter(timeout);
                int read = await response.ResponseStream.ReadAsync(_buffer, silence.Token);
                if (read == 0) break;
                await _file.WriteAsync(_buffer.AsMemory(0, read), ct);
                _hash.AppendData(_buffer, 0, read);
                Bytes += read;
            }
            if (Bytes < end) throw new EndOfStreamException($"the connection ended after {Bytes} of {end} bytes");
        }

        /// <summary>Flushes the file to disk.</summary>
        /// <returns>Hash of what was received.</returns>
        public string Finish()
        {
            _file.Flush(flushToDisk: true);
            return Convert.ToHexStringLower(_hash.GetHashAndReset());
        }

        public void Restart()
        {
            _ = _hash.GetHashAndReset();
            _file.SetLength(0);
            (Bytes, ETag) = (0, null);
        }

        public ValueTask DisposeAsync()
        {
            _hash.Dispose();
            return _file.DisposeAsync();
        }
    }
}
