using System.IO.Compression;
using System.Text.Json;
using Pipeline.Models.Text;

namespace Pipeline.Tests.Models.LlamaFactory;

/// <summary>
/// What the real LLaMA-Factory gave, in <c>llamafactory</c> of the golden folder (<see cref="GoldenFiles"/>). A file may be packed
/// (<c>.json.gz</c>). What a folder does not have is skipped by name.
/// </summary>
internal static class FactoryFiles
{
    public const string None = "(not there)";

    public static string Root { get; } = Path.Combine(GoldenFiles.Root, "llamafactory");

    /// <summary>Names of the files in a subfolder, without <c>.json</c>; a placeholder where there are none.</summary>
    public static IReadOnlyList<string> Names(string subfolder, Func<string, bool> belongs)
    {
        string folder = Path.Combine(Root, subfolder);
        string[] names = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Select(Path.GetFileName).OfType<string>()
            .Select(name => name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name)
            .Where(name => name.EndsWith(".json", StringComparison.Ordinal)).Select(name => name[..^5]).Where(belongs)
            .Distinct().Order(StringComparer.Ordinal)] : [];
        return names.Length > 0 ? names : [None];
    }

    /// <summary>The content of a file; skips the test where it is not there.</summary>
    public static JsonElement Read(params string[] path)
    {
        string file = Path.Combine([Root, .. path]) + ".json";
        if (File.Exists(file)) return Parse(File.ReadAllBytes(file));
        Assert.SkipUnless(File.Exists(file + ".gz"), $"{file} is not there");
        using GZipStream unpacked = new(File.OpenRead(file + ".gz"), CompressionMode.Decompress);
        using MemoryStream bytes = new();
        unpacked.CopyTo(bytes);
        return Parse(bytes.ToArray());
    }

    /// <summary>A folder of the cases: beside the golden folder, or those of the tests.</summary>
    public static string Cases(string name)
    {
        string beside = Path.Combine(GoldenFiles.Root, "..", "cases", name);
        return Directory.Exists(beside) ? Path.GetFullPath(beside) : Path.Combine(AppContext.BaseDirectory, "Cases", name);
    }

    /// <summary>A tokenizer of LLaMA-Factory's or of the common ones, which do not say how texts begin and end.</summary>
    /// <param name="name">Its folder.</param>
    /// <param name="template">The template that it is used with: its expected tokens say what the common ones do not.</param>
    public static HubTokenizer Tokenizer(string name, string template)
    {
        string own = Path.Combine(Root, "tokenizers", name), folder = Directory.Exists(own) ? own
            : Path.Combine(GoldenFiles.Root, "tokenizers", name);
        HubTokenizer tokenizer = HubTokenizer.Load(folder);
        if (File.Exists(Path.Combine(folder, "tokenizer_config.json"))) return tokenizer;
        JsonElement tokens = Read("templates", $"{template}.{name}").GetProperty("tokens");
        return tokenizer.With(new TokenizerRoles(tokens.GetProperty("bos")[0].GetString(), ChatTemplate.Get(template).ReplaceEos ? null
            : tokens.GetProperty("eos")[0].GetString(), tokens.GetProperty("pad")[0].GetString()), []);
    }

    public static int[] Ids(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool Flag(this JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    public static int Number(this JsonElement element, string name, int fallback) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : fallback;

    /// <summary>Fails with the first few of several differences.</summary>
    public static void Report(string what, int cases, IReadOnlyList<string> failures)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {cases - failures.Count} of {cases}");
        if (failures.Count > 0) Assert.Fail($"{what}: {failures.Count} of {cases} differ:\n{string.Join('\n', failures.Take(8))}");
    }

    private static JsonElement Parse(byte[] bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }
}
