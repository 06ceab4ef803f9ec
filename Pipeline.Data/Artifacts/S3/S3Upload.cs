using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pipeline.Data.Artifacts.S3;

/// <summary>
/// Files into a bucket. An object appears completely or not at all: a small file is one request, the parts of a large one are joined by the
/// last request. The server checks the body against the hash that the request is signed with.
/// </summary>
internal sealed class S3Upload(S3Bucket bucket)
{
    private const int PartsAtOnce = 4;
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);
    private volatile bool _unconditional;        // the storage does not support the condition

    /// <summary>Uploads a file under its hash.</summary>
    /// <param name="artifact">What the file holds.</param>
    /// <param name="file">The file.</param>
    /// <param name="replace">Whether an existing object is known to be wrong; otherwise it is kept, which counts as success.</param>
    /// <param name="ct">Stops; nothing is stored then.</param>
    public async Task SendAsync(StoredArtifact artifact, string file, bool replace, CancellationToken ct)
    {
        string? condition = replace || _unconditional ? null : "*";
        try
        {
            await SendAsync(artifact, file, condition, ct);
        }
        catch (ArtifactStoreException e) when (condition is not null && e.InnerException is AmazonS3Exception answer)
        {
            switch (answer.StatusCode)
            {
                case HttpStatusCode.PreconditionFailed:
                    return;                     // another process has stored the same bytes meanwhile
                case HttpStatusCode.Conflict:   // another process is about to: either of two equal objects will do
                    break;
                case HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest:
                    _unconditional = true;
                    break;
                default:
                    throw;
            }
            await SendAsync(artifact, file, null, ct);
        }
    }

    private Task SendAsync(StoredArtifact artifact, string file, string? condition, CancellationToken ct) =>
        artifact.Bytes <= PartBytes ? SendWholeAsync(artifact, file, condition, ct) : SendPartsAsync(artifact, file, condition, ct);

    private long PartBytes => (long)bucket.Options.PartMegabytes << 20;

    private Task SendWholeAsync(StoredArtifact artifact, string file, string? condition, CancellationToken ct)
    {
        PutObjectRequest request = new()
        {
            BucketName = bucket.Options.Bucket,
            Key = bucket.KeyOf(artifact.Sha256),
            FilePath = file,
            ContentType = "application/octet-stream",
            UseChunkEncoding = false,
            IfNoneMatch = condition,
        };
        return bucket.CallAsync("store an object", () => bucket.Client.PutObjectAsync(request, ct), ct);
    }

    private async Task SendPartsAsync(StoredArtifact artifact, string file, string? condition, CancellationToken ct)
    {
        string name = bucket.Options.Bucket, key = bucket.KeyOf(artifact.Sha256);
        string upload = (await bucket.CallAsync("begin an upload", () => bucket.Client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = name, Key = key, ContentType = "application/octet-stream" }, ct),
            ct)).UploadId;
        try
        {
            PartETag[] parts = new PartETag[(artifact.Bytes + PartBytes - 1) / PartBytes];
            await Parallel.ForAsync(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = ct },
                async (i, token) =>
            {
                UploadPartRequest request = new()
                {
                    BucketName = name,
                    Key = key,
                    UploadId = upload,
                    PartNumber = i + 1,
                    FilePath = file,
                    FilePosition = i * PartBytes,
                    PartSize = Math.Min(PartBytes, artifact.Bytes - (i * PartBytes)),
                    UseChunkEncoding = false,
                };
                UploadPartResponse sent = await bucket.CallAsync("store a part", () =>
                    bucket.Client.UploadPartAsync(request, token), token);
                parts[i] = new PartETag(i + 1, sent.ETag);
            });
            CompleteMultipartUploadRequest complete = new()
            {
                BucketName = name,
                Key = key,
                UploadId = upload,
                PartETags = [.. parts],
                IfNoneMatch = condition
            };
            await bucket.CallAsync("join the parts", () => bucket.Client.CompleteMultipartUploadAsync(complete, ct), ct);
        }
        catch
        {
            await AbortAsync(key, upload);
            throw;
        }
    }

    private async Task AbortAsync(string key, string upload)
    {
        using CancellationTokenSource timeout = new(AbortTimeout);
        try
        {
            await bucket.Client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest
            {
                BucketName = bucket.Options.Bucket,
                Key = key,
                UploadId = upload
            }, timeout.Token);
        }
        catch (Exception)
        {
            // The original failure is already being reported; 'gc' aborts the upload later.
        }
    }
}
