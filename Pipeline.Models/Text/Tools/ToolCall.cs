using System.Text.Json;

namespace Pipeline.Models.Text.Tools;

/// <summary>A call of a tool as a conversation holds it.</summary>
/// <param name="Name">Name of the tool.</param>
/// <param name="Arguments">Its arguments: usually an object; a text where the file wrote JSON inside a text.</param>
internal sealed record ToolCall(string Name, JsonElement Arguments)
{
    /// <summary>The calls of a message, <c>{"name": …, "arguments": …}</c> or a list of those.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static IReadOnlyList<ToolCall> ReadAll(string json)
    {
        JsonElement calls = PythonText.Parse(json);
        return calls.ValueKind == JsonValueKind.Array ? [.. calls.EnumerateArray().Select(Read)] : [Read(calls)];
    }

    private static ToolCall Read(JsonElement call) =>
        call.ValueKind == JsonValueKind.Object && call.TryGetProperty("name", out JsonElement name)
            && call.TryGetProperty("arguments", out JsonElement arguments)
            ? new ToolCall(PythonText.Show(name), arguments)
            : throw new FormatException("a call needs \"name\" and \"arguments\"");
}
