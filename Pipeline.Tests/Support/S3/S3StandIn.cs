using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Data.Artifacts.S3;

namespace Pipeline.Tests.S3;

/// <summary>
/// A stand-in for an S3-compatible storage, in memory, on a free loopback port: the calls that the product makes, with signatures and
/// conditions checked, and faults on demand.
/// </summary>
internal sealed class S3StandIn : IAsyncDisposable
{
    public const string Bucket = "artifacts", AccessKey = "test-key", SecretKey = "test/secret+of the key";
    private const int LeastPart = 5 << 20;

    private readonly WebApplication _app;
    private readonly S3Objects _bucket = new();
    private readonly List<(Func<string, bool> Matches, S3Fault Fault, int[] Left)> _faults = [];
    private int _uploads;

    private S3StandIn(WebApplication app) => _app = app;

    public string Endpoint => _app.Urls.Single();

    /// <summary>Every request that was let in: method, key and, in their presence, the range or what is asked of the key.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Most entries in one answer to a list request.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Whether <c>If-None-Match</c> is understood when storing; not everywhere it is.</summary>
    public bool KnowsConditions { get; set; } = true;

    public S3Options Options => new S3Options
    {
        Endpoint = Endpoint,
        Bucket = Bucket,
        Prefix = "team/pipeline",
        AccessKey = AccessKey,
        SecretKey = SecretKey,
        PartMegabytes = 5,
        TimeoutSeconds = 5,
    }.Checked();

    public static async Task<S3StandIn> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        WebApplication app = builder.Build();
        S3StandIn server = new(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Misbehaves at the next requests whose line in <see cref="Calls"/> matches.</summary>
    public void Fail(S3Fault fault, string call, int times = 1)
    {
        lock (_faults) _faults.Add((line => line.Contains(call, StringComparison.Ordinal), fault, [times]));
    }

    public string[] Keys { get { lock (_bucket) return [.. _bucket.Items.Keys]; } }

    public int Uploads { get { lock (_bucket) return _bucket.Uploads.Count; } }

    public byte[] Content(string key) { lock (_bucket) return _bucket.Items[key].Content; }

    public DateTime WrittenAt(string key) { lock (_bucket) return _bucket.Items[key].WrittenAt; }

    /// <summary>Makes an object, or all uploads under way, older.</summary>
    public void Age(string? key, TimeSpan by)
    {
        lock (_bucket)
        {
            if (key is not null) _bucket.Items[key] = _bucket.Items[key] with { WrittenAt = _bucket.Items[key].WrittenAt - by };
            else foreach ((string id, S3Objects.Upload upload) in _bucket.Uploads.ToArray()) _bucket.Uploads[id] =
                upload with { BeganAt = upload.BeganAt - by };
        }
    }

    /// <summary>Replaces an object's bytes, as a disk that rots does.</summary>
    public void Damage(string key, byte[] content) { lock (_bucket) _bucket.Items[key] = _bucket.Items[key] with { Content = content }; }

    /// <summary>Begins an upload in parts, as a process does that then dies.</summary>
    public string BeginUpload(string key)
    {
        string id = "upload-" + Interlocked.Increment(ref _uploads).ToString(CultureInfo.InvariantCulture);
        lock (_bucket) _bucket.Uploads[id] = new S3Objects.Upload(key, DateTime.UtcNow);
        return id;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string[] path = request.Path.Value!.TrimStart('/').Split('/', 2);
        string key = path.Length > 1 ? path[1] : "";
        string extra = request.Headers.Range.ToString() is { Length: > 0 } range ? " " + range : request.QueryString.HasValue
            ? " " + string.Join('&', request.Query.Keys) : "";
        string line = $"{request.Method} {key}{(request.Headers.ContainsKey("x-amz-copy-source") ? " copy" : extra)}";
        S3Fault? fault = TakeFault(line);
        if (fault == S3Fault.CutBody && request.ContentLength > 0)
        {
            await request.Body.ReadExactlyAsync(new byte[request.ContentLength.Value / 2], context.RequestAborted);
            context.Abort();
            return;
        }
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        if (S3Signature.Refusal(request, body.ToArray(), AccessKey, SecretKey) is { } refusal)
        {
            await ErrorAsync(context, 403, refusal);
            return;
        }
        Calls.Enqueue(line);
        if (path[0] != Bucket) await ErrorAsync(context, 404, "NoSuchBucket");
        else if (fault == S3Fault.SlowDown) await ErrorAsync(context, 503, "SlowDown");
        else if (fault == S3Fault.Forbidden) await ErrorAsync(context, 403, "AccessDenied");
        else if (fault == S3Fault.Silence) await Task.Delay(Timeout.Infinite, context.RequestAborted)
            .ContinueWith(_ => { }, TaskScheduler.Default);
        else await (key.Length == 0 ? ListAsync(context) : request.Method switch
        {
            "GET" or "HEAD" => ReadAsync(context, key, fault),
            "PUT" when request.Query.ContainsKey("uploadId") => StorePartAsync(context, body.ToArray()),
            "PUT" when request.Headers.ContainsKey("x-amz-copy-source") => CopyAsync(context, key),
            "PUT" => StoreAsync(context, key, body.ToArray()),
            "DELETE" => DeleteAsync(context, key),
            "POST" when request.Query.ContainsKey("uploads") => BeginAsync(context, key),
            "POST" when request.Query.ContainsKey("uploadId") => JoinAsync(context, key, body.ToArray()),
            _ => ErrorAsync(context, 501, "NotImplemented"),
        });
    }

    private S3Fault? TakeFault(string line)
    {
        lock (_faults)
        {
            (Func<string, bool> Matches, S3Fault Fault, int[] Left) found = _faults.Find(f => f.Left[0] > 0 && f.Matches(line));
            if (found.Left is null) return null;
            found.Left[0]--;
            return found.Fault;
        }
    }

    private async Task ReadAsync(HttpContext context, string key, S3Fault? fault)
    {
        S3Objects.Item? item;
        lock (_bucket) item = _bucket.Items.GetValueOrDefault(key);
        if (item is null)
        {
            await ErrorAsync(context, 404, "NoSuchKey");
            return;
        }
        string wanted = context.Request.Headers.IfMatch.ToString();
        if (wanted.Length > 0 && wanted.Trim('"') != item.ETag.Trim('"'))
        {
            await ErrorAsync(context, 412, "PreconditionFailed");
            return;
        }
        byte[] content = item.Content;
        HttpResponse response = context.Response;
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            int from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
            content = content[from..];
        }
        response.Headers.ETag = item.ETag;
        response.Headers.LastModified = item.WrittenAt.ToString("R", CultureInfo.InvariantCulture);
        response.ContentLength = content.Length;
        if (context.Request.Method == "HEAD") return;
        if (fault == S3Fault.FlipByte) content = [(byte)(content[0] ^ 1), .. content[1..]];
        if (fault == S3Fault.CutBody)
        {
            await response.Body.WriteAsync(content.AsMemory(0, content.Length / 2));
            await response.Body.FlushAsync();
            context.Abort();
            return;
        }
        await response.Body.WriteAsync(content);
    }

    private Task StoreAsync(HttpContext context, string key, byte[] content)
    {
        lock (_bucket)
        {
            if (Refused(context, key) is { } refusal) return refusal;
            context.Response.Headers.ETag = _bucket.Put(key, content).ETag;
        }
        return Task.CompletedTask;
    }

    private Task? Refused(HttpContext context, string key)
    {
        if (context.Request.Headers.IfNoneMatch.Count == 0) return null;
        if (!KnowsConditions) return ErrorAsync(context, 501, "NotImplemented");
        return _bucket.Items.ContainsKey(key) ? ErrorAsync(context, 412, "PreconditionFailed") : null;
    }

    private Task CopyAsync(HttpContext context, string key)
    {
        string source = Uri.UnescapeDataString(context.Request.Headers["x-amz-copy-source"].ToString())
            .TrimStart('/')[(Bucket.Length + 1)..];
        bool replaces = context.Request.Headers["x-amz-metadata-directive"] == "REPLACE";
        S3Objects.Item copy;
        lock (_bucket)
        {
            if (!_bucket.Items.TryGetValue(source, out S3Objects.Item? item)) return ErrorAsync(context, 404, "NoSuchKey");
            if (source == key && !replaces) return ErrorAsync(context, 400, "InvalidRequest");
            copy = _bucket.Put(key, item.Content);
        }
        return XmlAsync(context, "CopyObjectResult", new XElement("ETag", copy.ETag), new XElement("LastModified", Time(copy.WrittenAt)));
    }

    private Task DeleteAsync(HttpContext context, string key)
    {
        lock (_bucket)
        {
            if (context.Request.Query["uploadId"].ToString() is { Length: > 0 } upload)
            {
                if (!_bucket.Uploads.Remove(upload)) return ErrorAsync(context, 404, "NoSuchUpload");
            }
            else
            {
                _bucket.Items.Remove(key);
            }
        }
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private Task BeginAsync(HttpContext context, string key) =>
        XmlAsync(context, "InitiateMultipartUploadResult", new XElement("Bucket", Bucket), new XElement("Key", key),
        new XElement("UploadId", BeginUpload(key)));

    private Task StorePartAsync(HttpContext context, byte[] content)
    {
        lock (_bucket)
        {
            if (!_bucket.Uploads.TryGetValue(context.Request.Query["uploadId"].ToString(),
                out S3Objects.Upload? upload)) return ErrorAsync(context, 404, "NoSuchUpload");
            upload.Parts[int.Parse(context.Request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture)] = content;
        }
        context.Response.Headers.ETag = S3Objects.ETag(content);
        return Task.CompletedTask;
    }

    private Task JoinAsync(HttpContext context, string key, byte[] body)
    {
        (int Number, string ETag)[] wanted = XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants()
            .Where(e => e.Name.LocalName == "Part")
            .Select(p => ((int)p.Elements().Single(e => e.Name.LocalName == "PartNumber"), (string)p.Elements()
            .Single(e => e.Name.LocalName == "ETag"))).ToArray();
        lock (_bucket)
        {
            string id = context.Request.Query["uploadId"].ToString();
            if (!_bucket.Uploads.TryGetValue(id, out S3Objects.Upload? upload)) return ErrorAsync(context, 404, "NoSuchUpload");
            if (!wanted.SequenceEqual(upload.Parts.Select(p => (p.Key, S3Objects.ETag(p.Value))))) return ErrorAsync(context, 400,
                "InvalidPart");
            if (upload.Parts.Values.SkipLast(1).Any(p => p.Length < LeastPart)) return ErrorAsync(context, 400, "EntityTooSmall");
            if (Refused(context, key) is { } refusal) return refusal;
            _bucket.Uploads.Remove(id);
            _bucket.Put(key, [.. upload.Parts.Values.SelectMany(p => p)]);
        }
        return XmlAsync(context, "CompleteMultipartUploadResult", new XElement("Bucket", Bucket), new XElement("Key", key),
            new XElement("ETag", "\"joined\""));
    }

    private Task ListAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        string prefix = query["prefix"].ToString(), after = query["continuation-token"].ToString();
        lock (_bucket)
        {
            if (query.ContainsKey("uploads"))
                return XmlAsync(context, "ListMultipartUploadsResult", [new XElement("IsTruncated", "false"),
                    .. _bucket.Uploads.Where(u => u.Value.Key.StartsWith(prefix, StringComparison.Ordinal))
                    .Select(u => new XElement("Upload", new XElement("Key", u.Value.Key), new XElement("UploadId", u.Key),
                    new XElement("Initiated", Time(u.Value.BeganAt))))]);
            if (query["list-type"] != "2") return ErrorAsync(context, 501, "NotImplemented");
            KeyValuePair<string, S3Objects.Item>[] rest = _bucket.Items.Where(i =>
                i.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(i.Key, after) > 0).ToArray();
            int size = query["max-keys"].ToString() is { Length: > 0 } most
                ? Math.Min(PageSize, int.Parse(most, CultureInfo.InvariantCulture)) : PageSize;
            KeyValuePair<string, S3Objects.Item>[] page = rest.Take(size).ToArray();
            return XmlAsync(context, "ListBucketResult", [new XElement("IsTruncated", rest.Length > page.Length ? "true" : "false"),
                .. rest.Length > page.Length ? [new XElement("NextContinuationToken", page[^1].Key)] : Array.Empty<XElement>(),
                .. page.Select(i => new XElement("Contents", new XElement("Key", i.Key), new XElement("Size", i.Value.Content.Length),
                new XElement("ETag", i.Value.ETag), new XElement("LastModified", Time(i.Value.WrittenAt))))]);
        }
    }

    private static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Task XmlAsync(HttpContext context, string root, params XElement[] content)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(new XElement(XName.Get(root, "http://s3.amazonaws.com/doc/2006-03-01/"),
            content.Select(e =>
                new XElement(XName.Get(e.Name.LocalName, "http://s3.amazonaws.com/doc/2006-03-01/"), e.Nodes().Select(Qualified))))
                .ToString());

        static object Qualified(XNode node) =>
            node is XElement e ? new XElement(XName.Get(e.Name.LocalName, "http://s3.amazonaws.com/doc/2006-03-01/"), e.Nodes()
            .Select(Qualified)) : node;
    }

    private static Task ErrorAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        if (context.Request.Method == "HEAD") return Task.CompletedTask;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(new XElement("Error", new XElement("Code", code), new XElement("Message",
            $"the stand-in says {code}"), new XElement("Resource", context.Request.GetEncodedPathAndQuery())).ToString());
    }
}
