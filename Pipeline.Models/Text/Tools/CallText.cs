namespace Pipeline.Models.Text.Tools;

/// <summary>A message that calls tools, rewritten in the format of a template. A thought before the call stays.</summary>
internal static class CallText
{
    private const string Open = "<tool_call>", Close = "</tool_call>";

    /// <summary>The message as the model writes it.</summary>
    /// <param name="content">
    /// JSON of the calls, alone, behind a thought, or between <c>&lt;tool_call&gt;</c> tags with other text around them.
    /// </param>
    /// <param name="format">The format.</param>
    /// <param name="thought">What opens and closes a thought; null where nothing but JSON may stand.</param>
    /// <exception cref="FormatException">The calls are not JSON of the usual form.</exception>
    public static IReadOnlyList<TextPart> Rewrite(string content, ToolFormat format, (string Open, string Close)? thought)
    {
        if (thought is not { } words) return format.Write(ToolCall.ReadAll(content));
        if (Between(content, Open, Close) is { } call)
            return [TextPart.Content(content.Replace(call, "", StringComparison.Ordinal)),
                .. format.Write(ToolCall.ReadAll(call[Open.Length..^Close.Length]))];
        if (Between(content, words.Open, words.Close) is { } before)
            return [TextPart.Content(before), .. format.Write(ToolCall.ReadAll(content.Replace(before, "", StringComparison.Ordinal)))];
        return format.Write(ToolCall.ReadAll(content));
    }

    private static string? Between(string content, string open, string close)
    {
        int from = content.IndexOf(open, StringComparison.Ordinal);
        int to = from < 0 ? -1 : content.IndexOf(close, from + open.Length, StringComparison.Ordinal);
        return to < 0 ? null : content[from..(to + close.Length)];
    }
}
