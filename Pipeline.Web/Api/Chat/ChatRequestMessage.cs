using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models;
using Pipeline.Models.Text;

namespace Pipeline.Web.Api.Chat;

/// <param name="Role"><c>system</c> (or <c>developer</c>), <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Content">A text, parts of type <c>text</c> and <c>image_url</c>, or null where an answer only calls tools.</param>
/// <param name="ToolCalls">Tools that the answer calls.</param>
/// <param name="ToolCallId">Which call this answers.</param>
/// <param name="Name">Who speaks, or which tool.</param>
/// <param name="ReasoningContent">What the model thought before the answer.</param>
internal sealed record ChatRequestMessage(string? Role, JsonElement Content, JsonElement? ToolCalls = null, string? ToolCallId = null,
    string? Name = null, string? ReasoningContent = null)
{
    private static readonly string[] Roles = ["system", "user", "assistant", "tool", "function"];

    /// <summary>The message as templates take it, and its encoded images in order.</summary>
    /// <param name="number">Place in the list, for messages.</param>
    /// <param name="imageMark">What stands for an image.</param>
    /// <exception cref="InputException">The role is unknown, a part is of another kind, or an image is not a data URL.</exception>
    public (ChatMessage Message, IReadOnlyList<byte[]> Images) Read(int number, string imageMark)
    {
        string role = Role == "developer" ? "system" : Role ?? "";
        if (!Roles.Contains(role))
            throw new InputException($"messages[{number}].role: found '{role}'; expected {string.Join(", ", Roles.SkipLast(1))}");
        List<string?> parts = [];
        List<byte[]> images = [];
        ReadParts($"messages[{number}].content", parts, images);
        ChatMessage message = ChatMessage.WithImages(role == "function" ? "tool" : role, imageMark, parts);
        return (message with { Others = ReadOthers($"messages[{number}].tool_calls") }, images);
    }

    private void ReadParts(string where, List<string?> parts, List<byte[]> images)
    {
        if (Content.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return;
        if (Content.ValueKind == JsonValueKind.String)
        {
            parts.Add(Content.GetString()!);
            return;
        }
        if (Content.ValueKind != JsonValueKind.Array)
            throw new InputException(
                $"{where}: found {Content.ValueKind.ToString().ToLowerInvariant()}; expected a text or a list of parts");
        foreach (JsonElement part in Content.EnumerateArray())
        {
            string? type = Member(part, "type") is { ValueKind: JsonValueKind.String } t ? t.GetString() : null;
            switch (type)
            {
                case "text" when Member(part, "text") is { ValueKind: JsonValueKind.String } words:
                    parts.Add(words.GetString());
                    break;
                case "image_url" when Member(part, "image_url") is { } image
                    && (image.ValueKind == JsonValueKind.String ? image : Member(image, "url")) is { ValueKind: JsonValueKind.String } url:
                    parts.Add(null);
                    images.Add(Decode(url.GetString()!, where));
                    break;
                default:
                    throw new InputException($"{where}: found a part of type '{type}'; expected text or image_url");
            }
        }
    }

    private Dictionary<string, JsonNode?> ReadOthers(string where)
    {
        Dictionary<string, JsonNode?> others = [];
        if (ToolCalls is { ValueKind: JsonValueKind.Array } calls)
            others["tool_calls"] = new JsonArray([.. calls.EnumerateArray().Select(call => ReadCall(call, where))]);
        else if (ToolCalls is { ValueKind: not JsonValueKind.Null })
            throw new InputException($"{where}: expected a list");
        if (ToolCallId is not null) others["tool_call_id"] = ToolCallId;
        if (Name is not null) others["name"] = Name;
        if (ReasoningContent is not null) others["reasoning_content"] = ReasoningContent;
        return others;
    }

    // Templates expect arguments as an object; clients send them as its text.
    private static JsonObject ReadCall(JsonElement call, string where)
    {
        if (Member(call, "function") is not { ValueKind: JsonValueKind.Object })
            throw new InputException($"{where}: a call needs a function with a name");
        JsonObject read = JsonObject.Create(call)!.DeepClone().AsObject();
        JsonObject function = read["function"]!.AsObject();
        if (function["arguments"] is JsonValue text && text.TryGetValue(out string? json))
        {
            try
            {
                if (JsonNode.Parse(json) is JsonObject arguments) function["arguments"] = arguments;
            }
            catch (JsonException)
            {
                // A model may have called with broken arguments: they stay the text that they are.
            }
        }
        return read;
    }

    private static JsonElement? Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement member) ? member : null;

    private static byte[] Decode(string url, string where)
    {
        int comma = url.IndexOf(',', StringComparison.Ordinal);
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || comma < 0
            || !url[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            throw new InputException($"{where}: image_url must be a data URL ('data:image/png;base64,…'); this server fetches nothing");
        try
        {
            return Convert.FromBase64String(url[(comma + 1)..]);
        }
        catch (FormatException problem)
        {
            throw new InputException($"{where}: image_url is not valid base64", problem);
        }
    }
}
