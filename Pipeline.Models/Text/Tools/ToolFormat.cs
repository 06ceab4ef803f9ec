using System.Text.Json;

namespace Pipeline.Models.Text.Tools;

/// <summary>How a family of models is told of tools, and how it calls them, under LLaMA-Factory's names (<c>tool_format</c>).</summary>
internal abstract class ToolFormat
{
    private static readonly Dictionary<string, ToolFormat> All = new(StringComparer.Ordinal)
    {
        ["default"] = new DefaultToolFormat(),
        ["glm4"] = new Glm4ToolFormat(),
        ["ling"] = new QwenToolFormat("# Tools"),
        ["llama3"] = new Llama3ToolFormat(),
        ["mistral"] = new MistralToolFormat(),
        ["qwen"] = new QwenToolFormat("\n\n# Tools"),
    };

    /// <summary>The known names.</summary>
    public static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    /// <summary>The format of that name.</summary>
    /// <exception cref="SettingsException">No format has the name; the message lists those that exist.</exception>
    public static ToolFormat Get(string name) => All.TryGetValue(name, out ToolFormat? format) ? format
        : throw new SettingsException("tool_format", $"'{name}' is not known; use one of {string.Join(", ", Names)}");

    /// <summary>What stands in the system message about the tools; nothing for an empty list.</summary>
    /// <param name="tools">A JSON list of descriptions.</param>
    /// <param name="today">The day for formats that tell it.</param>
    /// <exception cref="FormatException">The text is not such a list.</exception>
    public IReadOnlyList<TextPart> Describe(string tools, DateOnly today)
    {
        JsonElement list = PythonText.Parse(tools);
        if (list.ValueKind == JsonValueKind.Object && !list.EnumerateObject().Any()) return [];
        if (list.ValueKind != JsonValueKind.Array) throw new FormatException("the tools must be a list of descriptions");
        JsonElement[] each = [.. list.EnumerateArray()];
        if (each.Any(tool => tool.ValueKind != JsonValueKind.Object)) throw new FormatException("each tool must be an object");
        return each.Length == 0 ? [] : Describe(each, today);
    }

    /// <summary>The text of calls as the model writes it.</summary>
    /// <exception cref="FormatException">The format has no place for them.</exception>
    public abstract IReadOnlyList<TextPart> Write(IReadOnlyList<ToolCall> calls);

    /// <summary>The text about tools, of which there is at least one.</summary>
    protected abstract IReadOnlyList<TextPart> Describe(JsonElement[] tools, DateOnly today);

    /// <summary>The description itself, where it is wrapped as OpenAI's protocol does.</summary>
    protected static JsonElement Bare(JsonElement tool) =>
        IsWrapped(tool) && tool.TryGetProperty("function", out JsonElement function) && function.ValueKind == JsonValueKind.Object
            ? function : tool;

    /// <summary>A description wrapped as OpenAI's protocol does, as one line or indented.</summary>
    protected static string Wrapped(JsonElement tool, int indent = 0) => PythonText.Dump(IsWrapped(tool) ? tool : Wrap(tool), indent);

    /// <summary>A member of an object that must be there.</summary>
    protected static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value
            : throw new FormatException($"a tool lacks '{name}'");

    /// <summary>A member as Python shows it; empty where there is none.</summary>
    protected static string TextOf(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? PythonText.Show(value) : "";

    /// <summary>One line of a call: <c>{"name": …, "arguments": …}</c>.</summary>
    protected static string Line(ToolCall call, string argumentsName = "arguments") =>
        $"{{\"name\": {PythonText.Quote(call.Name)}, \"{argumentsName}\": {PythonText.Dump(call.Arguments)}}}";

    private static bool IsWrapped(JsonElement tool) =>
        tool.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.GetString() == "function";

    private static JsonElement Wrap(JsonElement tool) =>
        JsonSerializer.SerializeToElement(new Dictionary<string, object> { ["type"] = "function", ["function"] = tool });
}
