namespace Pipeline.Jobs.Report;

/// <summary>A row that was taught, for people to see what they look like.</summary>
/// <param name="Type">Type of the row in snake case.</param>
/// <param name="Language">ISO 639-1.</param>
/// <param name="Question">Its question; empty for texts.</param>
/// <param name="Answer">Its answer, or the text.</param>
/// <param name="Document">File name; empty where it has none.</param>
/// <param name="Page">Page, from 1, or null.</param>
public sealed record ReportSample(string Type, string Language, string Question, string Answer, string Document, int? Page);
