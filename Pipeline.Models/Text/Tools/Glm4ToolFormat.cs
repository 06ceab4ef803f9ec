using System.Text.Json;

namespace Pipeline.Models.Text.Tools;

/// <summary>A call as a name and, on the next line, JSON; one at a time: GLM-4.</summary>
internal sealed class Glm4ToolFormat : ToolFormat
{
    public override IReadOnlyList<TextPart> Write(IReadOnlyList<ToolCall> calls) => calls.Count == 1
        ? [TextPart.Content($"{calls[0].Name}\n{PythonText.Dump(calls[0].Arguments)}")]
        : throw new FormatException("the tool format glm4 has no place for several calls at once");

    protected override IReadOnlyList<TextPart> Describe(JsonElement[] tools, DateOnly today) =>
    [
        TextPart.Mark("你是一个名为 ChatGLM 的人工智能助手。你是基于智谱 AI 公司训练的语言模型 GLM-4 模型开发的，"
            + "你的任务是针对用户的问题和要求提供适当的答复和支持。\n\n# 可用工具"),
        TextPart.Content(string.Concat(tools.Select(Bare).Select(tool =>
            $"\n\n## {PythonText.Show(Member(tool, "name"))}\n\n{PythonText.Dump(tool, indent: 4)}\n"
            + "在调用上述函数时，请使用 Json 格式表示调用的参数。"))),
    ];
}
