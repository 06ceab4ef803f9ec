using System.Text.Json.Serialization;

namespace Pipeline.Web.Api.Chat;

/// <summary>One piece of a streamed answer.</summary>
internal sealed record ChatChunk(
    string Id,
    string Object,
    long Created,
    string Model,
    IReadOnlyList<ChatChunk.Choice> Choices,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ChatUsage? Usage = null)
{
    public string SystemFingerprint => "pipeline";

    internal sealed record Choice(int Index, Delta Delta, string? FinishReason)
    {
        public object? Logprobs => null;
    }

    internal sealed record Delta(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Content = null);
}
