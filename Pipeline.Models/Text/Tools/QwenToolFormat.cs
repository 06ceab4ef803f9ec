using System.Text.Json;

namespace Pipeline.Models.Text.Tools;

/// <summary>Calls as JSON between <c>&lt;tool_call&gt;</c> tags: Qwen 2.5 and 3, and models trained after them.</summary>
/// <param name="heading">How the text about tools begins.</param>
internal sealed class QwenToolFormat(string heading) : ToolFormat
{
    public override IReadOnlyList<TextPart> Write(IReadOnlyList<ToolCall> calls) =>
        [.. calls.SelectMany((call, i) => (TextPart[])
        [
            TextPart.Mark(i == 0 ? "<tool_call>\n" : "\n<tool_call>\n"), TextPart.Content(Line(call)), TextPart.Mark("\n</tool_call>"),
        ])];

    protected override IReadOnlyList<TextPart> Describe(JsonElement[] tools, DateOnly today) =>
    [
        TextPart.Mark($"{heading}\n\nYou may call one or more functions to assist with the user query.\n\n"
            + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>"),
        TextPart.Content(string.Concat(tools.Select(tool => "\n" + Wrapped(tool)))),
        TextPart.Mark("\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
            + "<tool_call></tool_call> XML tags:\n<tool_call>\n"
            + "{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>"),
    ];
}
