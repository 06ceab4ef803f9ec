using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using Pipeline.Jobs.Extract.View;

namespace Pipeline.Web.Pages;

/// <summary>Style sheet, scripts and icon, embedded in the assembly: pages work from any folder and need no other site.</summary>
internal static class Assets
{
    private const string Prefix = "assets/";

    private static readonly FrozenDictionary<string, Asset> Files =
        Load().Append(Of("document.css", Encoding.UTF8.GetBytes(ViewAssets.Style)))
            .Append(Of("document.js", Encoding.UTF8.GetBytes(ViewAssets.Script))).ToFrozenDictionary(asset => asset.Name);

    public static void MapAssets(this IEndpointRouteBuilder routes) => routes
        .MapGet("/assets/{name}", (string name) => Files.TryGetValue(name, out Asset? asset)
            ? Results.Bytes(asset.Bytes, asset.ContentType, entityTag: asset.Tag)
            : Results.NotFound())
        .ExcludeFromDescription();

    private static IEnumerable<Asset> Load()
    {
        Assembly assembly = typeof(Assets).Assembly;
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(resource)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return Of(resource[Prefix.Length..], bytes);
        }
    }

    private static Asset Of(string name, byte[] bytes) => new(name, bytes, TypeOf(name),
        new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes), 0, 8)}\""));

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        string other => throw new InvalidOperationException($"{name}: no content type is known for '{other}'"),
    };

    private sealed record Asset(string Name, byte[] Bytes, string ContentType, EntityTagHeaderValue Tag);
}
