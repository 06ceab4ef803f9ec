namespace Pipeline.Jobs.Dataset.Files;

/// <summary>A question of the examination, a line of <c>exam.jsonl</c>.</summary>
/// <param name="Hash">Hash of its row.</param>
/// <param name="Fact">Fact that it asks for.</param>
/// <param name="Question">As it is asked.</param>
/// <param name="Answer">The answer in full.</param>
/// <param name="Answers">Short answers that are right; the one in full where it is the only one.</param>
/// <param name="Context">The text that holds the answer, or empty.</param>
/// <param name="Document">File name of its document, or empty.</param>
/// <param name="Page">Its first page, or 0.</param>
/// <param name="Section">Document and section: the cluster of statistics.</param>
/// <param name="Type">Type of its row in snake case.</param>
/// <param name="Language">ISO 639-1.</param>
/// <param name="Answerable">False where a refusal is right.</param>
public sealed record ExamItem(string Hash, string Fact, string Question, string Answer, IReadOnlyList<string> Answers, string Context,
    string Document, int Page, string Section, string Type, string Language, bool Answerable);
