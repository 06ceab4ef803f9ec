using System.Text;
using System.Text.Json;

namespace Pipeline.Models.Text.Tools;

/// <summary>Tools in words, calls as <c>Action:</c> and <c>Action Input:</c>, for models without a format of their own.</summary>
internal sealed class DefaultToolFormat : ToolFormat
{
    public override IReadOnlyList<TextPart> Write(IReadOnlyList<ToolCall> calls) =>
        [TextPart.Content(string.Join('\n', calls
            .Select(call => $"Action: {call.Name}\nAction Input: {PythonText.Dump(call.Arguments)}")))];

    protected override IReadOnlyList<TextPart> Describe(JsonElement[] tools, DateOnly today)
    {
        JsonElement[] bare = [.. tools.Select(Bare)];
        string names = string.Join(", ", bare.Select(tool => PythonText.Show(Member(tool, "name"))));
        return
        [
            TextPart.Mark("You have access to the following tools:\n"),
            TextPart.Content(string.Concat(bare.Select(DescribeOne))),
            TextPart.Mark("Use the following format if using a tool:\n```\nAction: tool name (one of ["),
            TextPart.Content(names),
            TextPart.Mark("])\nAction Input: the input to the tool, in a JSON format representing the kwargs "
                + "(e.g. ```{\"input\": \"hello world\", \"num_beams\": 5}```)\n```\n"),
        ];
    }

    private static string DescribeOne(JsonElement tool)
    {
        JsonElement parameters = Member(tool, "parameters");
        JsonElement properties = Member(parameters, "properties");
        if (properties.ValueKind != JsonValueKind.Object) throw new FormatException("the properties of a tool must be an object");
        string[] required = parameters.TryGetProperty("required", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(PythonText.Show)] : [];
        StringBuilder arguments = new();
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            JsonElement given = property.Value;
            arguments.Append($"  - {property.Name} ({TextOf(given, "type")}{(required.Contains(property.Name) ? ", required" : "")}): ");
            arguments.Append(TextOf(given, "description"));
            if (Filled(given, "enum") is { ValueKind: JsonValueKind.Array } words)
                arguments.Append($", should be one of [{string.Join(", ", words.EnumerateArray().Select(PythonText.Show))}]");
            if (Filled(given, "items") is { ValueKind: JsonValueKind.Object } items)
                arguments.Append($", where each item should be {TextOf(items, "type")}");
            arguments.Append('\n');
        }
        return $"> Tool Name: {PythonText.Show(Member(tool, "name"))}\nTool Description: {TextOf(tool, "description")}\n"
            + $"Tool Args:\n{arguments}\n";
    }

    private static JsonElement Filled(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind switch
        {
            JsonValueKind.Array => value.GetArrayLength() > 0,
            JsonValueKind.Object => value.EnumerateObject().Any(),
            _ => false,
        } ? value : default;
}
