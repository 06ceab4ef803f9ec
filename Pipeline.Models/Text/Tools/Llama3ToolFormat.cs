using System.Globalization;
using System.Text.Json;

namespace Pipeline.Models.Text.Tools;

/// <summary>Calls as JSON with <c>parameters</c>: Llama 3.1 and later.</summary>
internal sealed class Llama3ToolFormat : ToolFormat
{
    public override IReadOnlyList<TextPart> Write(IReadOnlyList<ToolCall> calls)
    {
        string[] lines = [.. calls.Select(call => Line(call, "parameters"))];
        return [TextPart.Content(lines.Length == 1 ? lines[0] : $"[{string.Join(", ", lines)}]")];
    }

    protected override IReadOnlyList<TextPart> Describe(JsonElement[] tools, DateOnly today) =>
    [
        TextPart.Mark(string.Create(CultureInfo.InvariantCulture,
            $"Cutting Knowledge Date: December 2023\nToday Date: {today:dd MMM yyyy}\n\n")
            + "You have access to the following functions. To call a function, please respond with JSON for a function call. "
            + "Respond in the format {\"name\": function name, \"parameters\": dictionary of argument name and its value}. "
            + "Do not use variables.\n\n"),
        TextPart.Content(string.Concat(tools.Select(tool => Wrapped(tool, indent: 4) + "\n\n"))),
    ];
}
