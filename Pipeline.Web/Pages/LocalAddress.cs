namespace Pipeline.Web.Pages;

/// <summary>Addresses to go back to, which come with requests and may be anything.</summary>
internal static class LocalAddress
{
    /// <returns>The address when it is one of this server and fits into a header, else the first page.</returns>
    public static string Of(string? address) =>
        address is ['/', ..] && address is not ['/', '/' or '\\', ..] && address.All(c => c is > ' ' and < '\u007F') ? address : "/";
}
