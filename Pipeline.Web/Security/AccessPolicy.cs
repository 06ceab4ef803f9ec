using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Models;

namespace Pipeline.Web.Security;

/// <summary>
/// Who may talk to the server. Without a token it listens on loopback only; told to listen elsewhere without one,
/// it generates a token and requires it.
/// </summary>
internal sealed record AccessPolicy
{
    private AccessPolicy(IPAddress? address, string? token, bool tokenWasMade)
    {
        Address = address;
        Token = token;
        TokenWasMade = tokenWasMade;
    }

    /// <summary>The address to listen on; <c>null</c> is loopback, both IPv4 and IPv6.</summary>
    public IPAddress? Address { get; }

    /// <summary>The bearer token that requests must carry; <c>null</c> lets every local process in.</summary>
    public string? Token { get; }

    /// <summary>The token was generated at this start and nobody knows it yet: print it, once.</summary>
    public bool TokenWasMade { get; }

    /// <summary>Only browsers and programs on this machine can reach the server, and no token is needed.</summary>
    public bool IsOpenOnLoopback => Token is null;

    /// <param name="listen"><c>localhost</c>, an IP address, or <c>*</c> for every interface.</param>
    /// <param name="configuredToken">The value of <c>AUTH_TOKEN</c>; empty counts as none.</param>
    /// <exception cref="InputException"><paramref name="listen"/> is none of these, or the token cannot be a header value.</exception>
    public static AccessPolicy Decide(string listen, string? configuredToken)
    {
        IPAddress? address = ParseAddress(listen);
        if (string.IsNullOrWhiteSpace(configuredToken))
        {
            return address is null || IPAddress.IsLoopback(address)
                ? new AccessPolicy(address, null, false)
                : new AccessPolicy(address, MakeToken(), true);
        }
        if (configuredToken.Any(c => c is <= ' ' or > '~'))
            throw new InputException("AUTH_TOKEN: found spaces, control or non-ASCII characters; use letters, digits and -._~+/= only");
        return new AccessPolicy(address, configuredToken, false);
    }

    /// <summary>Compares hashes in constant time: neither the length nor a common prefix of the token leaks.</summary>
    public bool Accepts(string? candidate) => Token is not null && candidate is not null
        && CryptographicOperations.FixedTimeEquals(Hash(candidate), Hash(Token));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static IPAddress? ParseAddress(string listen) => listen switch
    {
        "localhost" => null,
        "*" or "any" => IPAddress.IPv6Any,
        _ => IPAddress.TryParse(listen.Trim('[', ']'), out IPAddress? parsed)
            ? parsed
            : throw new InputException($"--listen: found '{listen}'; expected an IP address, 'localhost', or '*' for every interface"),
    };

    private static string MakeToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
