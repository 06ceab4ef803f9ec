namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>A place in a document.</summary>
/// <param name="DocumentSha256">SHA-256 of the PDF in lower-case hexadecimal.</param>
/// <param name="Document">File name of the PDF.</param>
/// <param name="Page">Page, from 1.</param>
/// <param name="Block">Id of the block of the extracted document.</param>
/// <param name="Start">First character within the block's text; 0 for tables and figures.</param>
/// <param name="End">Character after the last; 0 for tables and figures, which are meant whole.</param>
public sealed record SourceSpan(string DocumentSha256, string Document, int Page, string Block, int Start, int End);
