using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Jobs;

/// <summary>How run options and summaries are written: snake case, unknown names refused.</summary>
public static class RunOptionsJson
{
    /// <summary>Settings to read and write with.</summary>
    public static JsonSerializerOptions Settings { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        IgnoreReadOnlyProperties = true,            // cache keys of options are derived, not settings
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The options as stored with a run.</summary>
    public static string Write(RunOptions options) => JsonSerializer.Serialize(options, Settings);

    /// <summary>Options stored with a run.</summary>
    /// <exception cref="JsonException">A name is unknown or a value has the wrong type.</exception>
    public static RunOptions Read(string json) =>
        JsonSerializer.Deserialize<RunOptions>(json, Settings) ?? throw new JsonException("run options are null");
}
