using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>Where an example comes from: a line of <c>*.provenance.jsonl</c>, beside the line of the example.</summary>
/// <param name="DocumentSha256">SHA-256 of the PDF; empty for rows of users' files.</param>
/// <param name="Document">File name of the PDF.</param>
/// <param name="Page">First page it is based on, from 1; 0 for rows of users' files.</param>
/// <param name="Blocks">Blocks of the extracted document it is based on.</param>
/// <param name="Section">Document and section.</param>
/// <param name="Strategy">What it teaches: its type in snake case.</param>
/// <param name="Hash">Hash of its row.</param>
/// <param name="Fact">Fact that it teaches, or empty.</param>
/// <param name="Generator">What made it.</param>
internal sealed record RowProvenance(string DocumentSha256, string Document, int Page, IReadOnlyList<string> Blocks, string Section,
    string Strategy, string Hash, string Fact, RowGenerator Generator)
{
    public static RowProvenance Of(Row row)
    {
        SourceSpan? first = row.Sources.Count > 0 ? row.Sources[0] : null;
        return new RowProvenance(first?.DocumentSha256 ?? "", first?.Document ?? "", first?.Page ?? 0,
            [.. row.Sources.Select(source => source.Block).Distinct(StringComparer.Ordinal)], row.Section, RowColumns.Name(row.Type),
            row.Hash, row.Fact, row.Generator);
    }
}
