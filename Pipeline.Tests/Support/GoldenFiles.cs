using System.Text.Json;
using Pipeline.Models.Families;

namespace Pipeline.Tests;

/// <summary>Reference outputs that parity tests compare with: <c>PIPELINE_GOLDEN</c>, or the copy beside the tests.</summary>
internal static class GoldenFiles
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("PIPELINE_GOLDEN") is { Length: > 0 } root
        ? root
        : Path.Combine(AppContext.BaseDirectory, "Golden");

    /// <summary>Folders of models without vision: all there are, by each one's <c>config.json</c>.</summary>
    public static IReadOnlyList<string> TextModels { get; } = [.. Directory.EnumerateDirectories(Root)
        .Where(folder => File.Exists(Path.Combine(folder, "config.json")) && !DecoderConfig.Load(folder).Family.HasVision)
        .Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    /// <summary>The base model of a recorded training.</summary>
    /// <param name="trace">Its folder, <c>lora-…</c>.</param>
    public static string BaseOf(string trace)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, trace, "trace.json")));
        return json.RootElement.TryGetProperty("base_model", out JsonElement name) ? name.GetString()! : trace["lora-".Length..];
    }
}
