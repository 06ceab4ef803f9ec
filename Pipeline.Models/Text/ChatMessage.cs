namespace Pipeline.Models.Text;

/// <summary>One message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>observation</c> (what a tool answered; also <c>tool</c>).</param>
/// <param name="Content">Text as the person or the model wrote it.</param>
public sealed record ChatMessage(string Role, string Content);
