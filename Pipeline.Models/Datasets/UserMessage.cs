namespace Pipeline.Models.Datasets;

/// <summary>A message of a user's row.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool_call</c> or <c>tool</c>, whatever the file calls them.</param>
/// <param name="Content">Its text; of a call the JSON of the calls.</param>
public sealed record UserMessage(string Role, string Content);
