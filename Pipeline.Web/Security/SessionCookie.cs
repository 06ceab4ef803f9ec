using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Web.Security;

/// <summary>
/// The session of a browser: a cookie that proves its holder once knew the token, without containing it.
/// Value: <c>expiry.signature</c>, signed with a key derived from the token, so a new token ends every session.
/// </summary>
internal sealed class SessionCookie(AccessPolicy policy, TimeProvider time)
{
    public const string Name = "pipeline_session";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private readonly byte[]? _key = policy.Token is null
        ? null
        : HMACSHA256.HashData(Encoding.UTF8.GetBytes(policy.Token), "pipeline session cookie"u8);

    public void Issue(HttpContext context)
    {
        string expiry = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        if (_key is not null)
            context.Response.Cookies.Append(Name, $"{expiry}.{Sign(_key, expiry)}", Options(context));
    }

    /// <summary>Ends the session of this browser.</summary>
    public static void End(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context));

    public bool IsValid(HttpRequest request)
    {
        if (_key is null || request.Cookies[Name]?.Split('.') is not [string expiry, string signature])
            return false;
        bool signed = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature),
            Encoding.UTF8.GetBytes(Sign(_key, expiry)));
        return signed
            && long.TryParse(expiry, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && seconds > time.GetUtcNow().ToUnixTimeSeconds();
    }

    private static string Sign(byte[] key, string expiry) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(expiry)));

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = Lifetime,
        IsEssential = true,
    };
}
