using System.Text.Json.Nodes;

namespace Pipeline.Models.Text;

/// <summary>
/// Histories as clients send them, in the only order that LLaMA-Factory's templates know: one system message, then questions and
/// answers in turn. A model's own template is given every history as it is.
/// </summary>
public static class AlternatingTurns
{
    private const string Between = "\n\n";

    /// <summary>
    /// The conversation with its system messages joined at the front and adjacent turns of one side joined; a conversation that an
    /// answer begins gets an empty question before it.
    /// </summary>
    /// <param name="messages">Any history.</param>
    public static IReadOnlyList<ChatMessage> Of(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<ChatMessage> turns = [];
        foreach (ChatMessage message in messages.Where(message => message.Role != "system").Select(AsCall))
        {
            if (turns.Count == 0 && IsAnswer(message)) turns.Add(new ChatMessage("user", ""));
            if (turns.Count > 0 && IsAnswer(turns[^1]) == IsAnswer(message)) turns[^1] = Joined(turns[^1], message);
            else turns.Add(message);
        }
        string[] system = [.. messages.Where(message => message.Role == "system").Select(message => message.Content)];
        return system.Length == 0 ? turns : [new ChatMessage("system", string.Join(Between, system)), .. turns];
    }

    private static bool IsAnswer(ChatMessage message) => message.Role is "assistant" or "function";

    // An answer that is nothing but calls of tools.
    private static ChatMessage AsCall(ChatMessage message) =>
        message is { Role: "assistant", Content.Length: 0 }
            && message.Others.GetValueOrDefault("tool_calls") is JsonArray { Count: > 0 } calls
            ? new ChatMessage("function", new JsonArray([.. calls.Select(call => call?["function"]?.DeepClone())]).ToJsonString())
            : message;

    private static ChatMessage Joined(ChatMessage first, ChatMessage second)
    {
        if (first.Content.Length == 0) return second;
        int shift = first.Content.Length + Between.Length;
        return first with
        {
            Content = first.Content + Between + second.Content,
            Marks = [.. first.Marks, .. second.Marks.Select(mark => new TextRange(mark.Start + shift, mark.End + shift))],
        };
    }
}
