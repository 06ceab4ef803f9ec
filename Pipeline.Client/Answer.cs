using System.Text.Json.Serialization;

namespace Pipeline.Client;

/// <summary>What <c>/analyze</c> and <c>/analyze_base64</c> answer.</summary>
internal sealed record Answer(
    [property: JsonPropertyName("success")] bool Success,
    [property: JsonPropertyName("response")] string? Response,
    [property: JsonPropertyName("prompt")] string? Prompt,
    [property: JsonPropertyName("error")] string? Error);

/// <summary>What <c>/status</c> answers.</summary>
internal sealed record ServerStatus(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("device")] string? Device,
    [property: JsonPropertyName("model_loaded")] bool ModelLoaded);
