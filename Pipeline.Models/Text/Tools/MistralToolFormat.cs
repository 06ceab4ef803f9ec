using System.Text.Json;

namespace Pipeline.Models.Text.Tools;

/// <summary>Tools between marks of their own, calls as a JSON list: Mistral from version 0.3.</summary>
internal sealed class MistralToolFormat : ToolFormat
{
    public override IReadOnlyList<TextPart> Write(IReadOnlyList<ToolCall> calls) =>
        [TextPart.Content($"[{string.Join(", ", calls.Select(call => Line(call)))}]")];

    protected override IReadOnlyList<TextPart> Describe(JsonElement[] tools, DateOnly today) =>
    [
        TextPart.Mark("[AVAILABLE_TOOLS] "),
        TextPart.Content($"[{string.Join(", ", tools.Select(tool => Wrapped(tool)))}]"),
        TextPart.Mark("[/AVAILABLE_TOOLS]"),
    ];
}
