using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Models.Text;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">
/// <c>system</c>, <c>user</c>, <c>assistant</c>, <c>observation</c> (what a tool answered; also <c>tool</c>) or <c>function</c> (an answer
/// that calls tools: its content is their names and arguments as JSON).
/// </param>
/// <param name="Content">Text as the person or the model wrote it.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>Stretches of the content that the program wrote, in order: control tokens in them are meant as such.</summary>
    public IReadOnlyList<TextRange> Marks { get; init; } = [];

    /// <summary>
    /// What else is known of the message, for a model's own template: <c>tool_calls</c>, <c>tool_call_id</c>, <c>name</c>,
    /// <c>reasoning_content</c>.
    /// </summary>
    public IReadOnlyDictionary<string, JsonNode?> Others { get; init; } = new Dictionary<string, JsonNode?>();

    /// <summary>A message of texts and images in the order in which they are shown.</summary>
    /// <param name="role">As in <see cref="Role"/>.</param>
    /// <param name="imageMark">What stands for an image.</param>
    /// <param name="parts">Texts; null for an image. Texts in a row stand on lines of their own.</param>
    public static ChatMessage WithImages(string role, string imageMark, IEnumerable<string?> parts)
    {
        ArgumentNullException.ThrowIfNull(imageMark);
        ArgumentNullException.ThrowIfNull(parts);
        StringBuilder content = new();
        List<TextRange> marks = [];
        bool behindText = false;
        foreach (string? part in parts)
        {
            if (part is null) marks.Add(new TextRange(content.Length, content.Length + imageMark.Length));
            else if (behindText) content.Append('\n');
            content.Append(part ?? imageMark);
            behindText = part is not null;
        }
        return new ChatMessage(role, content.ToString()) { Marks = marks };
    }
}
