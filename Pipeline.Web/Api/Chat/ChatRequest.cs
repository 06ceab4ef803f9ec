using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Generation;
using Pipeline.Web.Serving;

namespace Pipeline.Web.Api.Chat;

/// <summary>
/// The body of <c>/v1/chat/completions</c>. Unknown names are ignored, since clients send many; those that would
/// change the answer and are not supported are refused.
/// </summary>
internal sealed record ChatRequest
{
    public string? Model { get; init; }

    public IReadOnlyList<ChatRequestMessage>? Messages { get; init; }

    /// <summary>Defaults to 0 (greedy): a specialist is asked for its answer, not for variety.</summary>
    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public int? MaxTokens { get; init; }

    public int? MaxCompletionTokens { get; init; }

    /// <summary>A text, or up to four.</summary>
    public JsonElement? Stop { get; init; }

    public long? Seed { get; init; }

    public bool? Stream { get; init; }

    public ChatStreamOptions? StreamOptions { get; init; }

    public int? N { get; init; }

    public JsonElement? Tools { get; init; }

    public bool? Logprobs { get; init; }

    public JsonElement? ResponseFormat { get; init; }

    /// <exception cref="InputException">Something is missing, unsupported or out of range; the message names it.</exception>
    public GenerationOptions Generation(ServingOptions limits)
    {
        if (N is not (null or 1))
            throw new InputException($"n: found {N}; this server gives one choice");
        if (Logprobs is true)
            throw new InputException("logprobs: not supported by this server");
        if (Tools is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0)
            throw new InputException("tools: not supported by this server");
        if (ResponseFormat is { ValueKind: JsonValueKind.Object } format && format.TryGetProperty("type", out JsonElement type)
            && !type.ValueEquals("text"))
            throw new InputException($"response_format: found '{type}'; this server answers with text");
        if (Temperature is < 0 or > 2)
            throw new InputException($"temperature: found {Temperature}; expected 0 to 2");
        int most = MaxCompletionTokens ?? MaxTokens ?? Math.Min(512, limits.MaxNewTokens);
        return new GenerationOptions
        {
            MaxNewTokens = Math.Min(most, limits.MaxNewTokens),
            Temperature = Temperature ?? 0,
            TopP = TopP ?? 1,
            Seed = Seed ?? Random.Shared.NextInt64(),
            StopStrings = StopTexts(),
        };
    }

    private IReadOnlyList<string> StopTexts() => Stop switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } many when many.GetArrayLength() <= 4
        && many.EnumerateArray().All(s => s.ValueKind == JsonValueKind.String) =>
            [.. many.EnumerateArray().Select(s => s.GetString()!)],
        _ => throw new InputException("stop: expected a text or a list of up to four"),
    };
}
