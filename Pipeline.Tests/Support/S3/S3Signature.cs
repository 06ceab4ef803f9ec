using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Tests.S3;

/// <summary>AWS signature version 4 over a request, computed from what arrived.</summary>
internal static class S3Signature
{
    /// <summary>Checks a request and its body.</summary>
    /// <returns>The error code of a refusal, or null.</returns>
    public static string? Refusal(HttpRequest request, byte[] body, string accessKey, string secretKey)
    {
        string authorization = request.Headers.Authorization.ToString();
        const string scheme = "AWS4-HMAC-SHA256 ";
        if (!authorization.StartsWith(scheme, StringComparison.Ordinal)) return "AccessDenied";
        Dictionary<string, string> parts = authorization[scheme.Length..].Split(',').Select(p => p.Trim().Split('=', 2))
            .ToDictionary(p => p[0], p => p[1]);
        string[] scope = parts["Credential"].Split('/');        // key, day, region, service, aws4_request
        if (scope[0] != accessKey) return "InvalidAccessKeyId";

        string payload = request.Headers["x-amz-content-sha256"].ToString();
        if (payload != Hex(SHA256.HashData(body))) return "XAmzContentSHA256Mismatch";
        string[] signed = parts["SignedHeaders"].Split(';');
        if (!signed.Contains("host") || !signed.Contains("x-amz-content-sha256") || !signed.Contains("x-amz-date")) return "AccessDenied";

        string[] target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2);
        IEnumerable<string> query = target.Length == 1 || target[1].Length == 0
            ? [] : target[1].Split('&').Select(p => p.Contains('=') ? p : p + "=").Order(StringComparer.Ordinal);
        string canonical = string.Join('\n',
            request.Method, target[0], string.Join('&', query),
            string.Concat(signed.Select(h =>
                $"{h}:{string.Join(' ', request.Headers[h].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries))}\n")),
            parts["SignedHeaders"], payload);
        string text = string.Join('\n', scheme.Trim(), request.Headers["x-amz-date"], string.Join('/', scope[1..]),
            Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + secretKey);
        foreach (string part in scope[1..]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return parts["Signature"] == Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text))) ? null : "SignatureDoesNotMatch";
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
