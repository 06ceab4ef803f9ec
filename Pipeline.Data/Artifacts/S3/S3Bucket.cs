using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pipeline.Data.Artifacts.S3;

/// <summary>
/// The objects <c>PREFIXobjects/ab/cdef…</c> of a bucket, one request each. The client retries transient failures; what remains
/// becomes an <see cref="ArtifactStoreException"/>.
/// </summary>
internal sealed class S3Bucket : IDisposable
{
    private readonly string _folder;

    public S3Bucket(S3Options options)
    {
        Options = options;
        _folder = options.Prefix + "objects/";
        AmazonS3Config config = new()
        {
            AuthenticationRegion = options.Region ?? "us-east-1",
            ForcePathStyle = options.ForcePathStyle ?? options.Endpoint is not null,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = options.Retries,
            Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
            ConnectTimeout = TimeSpan.FromSeconds(Math.Min(options.TimeoutSeconds, 15)),
            // Not every server supports checksums in trailers; the signature covers the body's hash, and downloads are hashed here.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is not null) config.ServiceURL = options.Endpoint;
        else config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(config.AuthenticationRegion);
        Client = string.IsNullOrEmpty(options.AccessKey) ? new AmazonS3Client(config)        // on Amazon: the role of this machine
            : new AmazonS3Client(string.IsNullOrEmpty(options.SessionToken)
                ? new BasicAWSCredentials(options.AccessKey, options.SecretKey)
                : new SessionAWSCredentials(options.AccessKey, options.SecretKey, options.SessionToken), config);
    }

    public S3Options Options { get; }

    public AmazonS3Client Client { get; }

    public string KeyOf(string sha256) => _folder + ContentFile.RelativePath(sha256);

    /// <summary>Checks that bucket and credentials can be used.</summary>
    public Task CheckAsync(CancellationToken ct) =>
        CallAsync("list", () =>
            Client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Options.Bucket, Prefix = _folder, MaxKeys = 1 }, ct), ct);

    /// <summary>Size and time of an object, or null.</summary>
    public async Task<(long Bytes, DateTime WrittenAt)?> FindAsync(string sha256, CancellationToken ct)
    {
        GetObjectMetadataRequest request = new() { BucketName = Options.Bucket, Key = KeyOf(sha256) };
        GetObjectMetadataResponse? head = await FoundAsync("look up", () => Client.GetObjectMetadataAsync(request, ct), ct);
        return head is null ? null : (head.ContentLength, (head.LastModified ?? DateTime.UnixEpoch).ToUniversalTime());
    }

    /// <summary>The object's content from an offset on, or null when there is none. Dispose it.</summary>
    public Task<GetObjectResponse?> ReadAsync(string sha256, long from, string? etag, CancellationToken ct)
    {
        GetObjectRequest request = new() { BucketName = Options.Bucket, Key = KeyOf(sha256) };
        if (from > 0) (request.ByteRange, request.EtagToMatch) =
            (new ByteRange(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"bytes={from}-")), etag);
        return FoundAsync("read", () => Client.GetObjectAsync(request, ct), ct);
    }

    /// <summary>Gives an object today's date, by copying it onto itself.</summary>
    /// <returns>False when it is gone or the storage does not support this.</returns>
    public async Task<bool> TouchAsync(string sha256, CancellationToken ct)
    {
        CopyObjectRequest request = new()
        {
            SourceBucket = Options.Bucket,
            SourceKey = KeyOf(sha256),
            DestinationBucket = Options.Bucket,
            DestinationKey = KeyOf(sha256),
            MetadataDirective = S3MetadataDirective.REPLACE,        // a copy onto itself that changes nothing is rejected
        };
        try
        {
            return await FoundAsync("renew", () => Client.CopyObjectAsync(request, ct), ct) is not null;
        }
        catch (ArtifactStoreException e) when (e.InnerException is AmazonS3Exception
        {
            StatusCode: HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed,
        })
        {
            return false;
        }
    }

    /// <summary>All objects whose name is a hash, with the time they were written.</summary>
    public async IAsyncEnumerable<(StoredArtifact Artifact, DateTime WrittenAt)> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        ListObjectsV2Request request = new() { BucketName = Options.Bucket, Prefix = _folder };
        ListObjectsV2Response page;
        do
        {
            page = await CallAsync("list", () => Client.ListObjectsV2Async(request, ct), ct);
            foreach (S3Object found in page.S3Objects ?? [])
                if (ContentFile.HashOf(found.Key[_folder.Length..]) is { } sha256)
                    yield return (new StoredArtifact(sha256, found.Size ?? 0), (found.LastModified ?? DateTime.MaxValue).ToUniversalTime());
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public Task DeleteAsync(string sha256, CancellationToken ct)
    {
        DeleteObjectRequest request = new() { BucketName = Options.Bucket, Key = KeyOf(sha256) };
        return CallAsync("delete", () => Client.DeleteObjectAsync(request, ct), ct);
    }

    /// <summary>Aborts multipart uploads that began before that time; their parts take up space without being listed.</summary>
    public async Task<int> AbortUploadsAsync(DateTime before, CancellationToken ct)
    {
        int aborted = 0;
        ListMultipartUploadsRequest request = new() { BucketName = Options.Bucket, Prefix = _folder };
        ListMultipartUploadsResponse? page;
        do
        {
            try
            {
                page = await FoundAsync("list uploads", () => Client.ListMultipartUploadsAsync(request, ct), ct);
            }
            catch (ArtifactStoreException e) when (e.InnerException
                is AmazonS3Exception { StatusCode: HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed })
            {
                return aborted;         // such a storage expires them itself
            }
            foreach (MultipartUpload upload in page?.MultipartUploads ?? [])
            {
                if ((upload.Initiated ?? DateTime.MaxValue).ToUniversalTime() >= before) continue;
                await FoundAsync("abort an upload", () => Client.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest { BucketName = Options.Bucket, Key = upload.Key, UploadId = upload.UploadId }, ct), ct);
                aborted++;
            }
            (request.KeyMarker, request.UploadIdMarker) = (page?.NextKeyMarker, page?.NextUploadIdMarker);
        }
        while (page?.IsTruncated == true);
        return aborted;
    }

    public void Dispose() => Client.Dispose();

    /// <summary>A request whose object may be missing.</summary>
    public async Task<T?> FoundAsync<T>(string action, Func<Task<T>> request, CancellationToken ct) where T : class
    {
        try
        {
            return await CallAsync(action, request, ct);
        }
        catch (ArtifactStoreException e) when (e is not ArtifactSettingsException
            && e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound })
        {
            return null;
        }
    }

    /// <summary>A request whose failures are reported in the operator's terms.</summary>
    /// <param name="action">What it does, for the message.</param>
    /// <param name="request">Sends it.</param>
    /// <param name="ct">The caller's token; a request canceled for another reason took too long.</param>
    public async Task<T> CallAsync<T>(string action, Func<Task<T>> request, CancellationToken ct)
    {
        try
        {
            return await request();
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            throw S3Errors.Explain(Options, action, e);
        }
    }
}
