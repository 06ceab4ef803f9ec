namespace Pipeline.Jobs.Dataset;

/// <summary>Where a generated example comes from.</summary>
/// <param name="DocumentSha256">SHA-256 of the PDF.</param>
/// <param name="Document">File name of the PDF.</param>
/// <param name="Page">First page it is based on, from 1.</param>
/// <param name="Blocks">Blocks of the extracted document it is based on.</param>
/// <param name="Section">Id of the heading block of its section; empty before the first heading.</param>
/// <param name="Strategy">How it was made: <c>section</c>, <c>passage</c>, <c>definition</c>, <c>figure</c>, <c>table</c>.</param>
public sealed record Provenance(
    string DocumentSha256, string Document, int Page, IReadOnlyList<string> Blocks, string Section, string Strategy);
