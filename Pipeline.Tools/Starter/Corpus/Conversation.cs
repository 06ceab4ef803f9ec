namespace Pipeline.Tools.Starter.Corpus;

/// <summary>One question with its answer.</summary>
internal sealed record Conversation(string? System, string Question, string Answer);
