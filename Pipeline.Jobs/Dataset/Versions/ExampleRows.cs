using System.Text;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Rows of a dataset as they are stored, so that lists are filtered and paged by the database.</summary>
public static class ExampleRows
{
    private const int ShownText = 2_000; // characters of a whole text in its column; the row itself has all of it

    /// <summary>The rows to add, in order.</summary>
    /// <param name="datasetId">Their dataset.</param>
    /// <param name="rows">All rows, rejected ones included.</param>
    public static IEnumerable<DatasetExample> Of(Guid datasetId, IReadOnlyList<Row> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return rows.Select((row, i) => Of(datasetId, i, row));
    }

    private static DatasetExample Of(Guid datasetId, int ordinal, Row row)
    {
        SourceSpan? source = row.Sources.Count > 0 ? row.Sources[0] : null;
        string text = row.Text ?? "";
        return new DatasetExample
        {
            DatasetId = datasetId,
            Ordinal = ordinal,
            Hash = row.Hash,
            Fact = Storable(row.Fact),
            Type = RowColumns.Name(row.Type),
            Language = Storable(row.Language),
            Split = RowColumns.Name(row.Split),
            State = RowColumns.Name(row.State),
            Reason = row.Reason is null ? null : Storable(row.Reason),
            Author = Storable(row.Author),
            DocumentSha256 = source?.DocumentSha256 ?? "",
            Document = Storable(source?.Document ?? ""),
            Page = source?.Page ?? 0,
            Question = Storable(row.Messages.Count > 0 ? row.Question : text[..Math.Min(text.Length, ShownText)]),
            Answer = row.Messages.Count > 0 ? Storable(row.Answer) : "",
            Row = RowJson.Write(row),
        };
    }

    // Postgres holds neither NUL nor half a character.
    private static string Storable(string text) => text.Contains('\0', StringComparison.Ordinal) || text.Any(char.IsSurrogate)
        ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD'))) : text;
}
