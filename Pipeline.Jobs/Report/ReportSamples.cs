using System.Text.Json;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Report;

/// <summary>Chooses rows to be shown in a report.</summary>
public static class ReportSamples
{
    /// <summary>Some taught rows of as many types and documents as there are; the same ones for the same dataset.</summary>
    /// <param name="rows">Rows of a dataset.</param>
    /// <param name="most">How many.</param>
    public static IReadOnlyList<ReportSample> Choose(IEnumerable<Row> rows, int most = 10)
    {
        ArgumentNullException.ThrowIfNull(rows);
        // One of each type and document in turn; hashes are as good as chance and stay the same.
        return [.. rows.Where(row => row.Split == RowSplit.Train && row.State != RowState.Rejected)
            .GroupBy(row => (row.Type, Document: row.Sources.Count > 0 ? row.Sources[0].Document : ""))
            .SelectMany(group => group.OrderBy(row => row.Hash, StringComparer.Ordinal).Take(most).Select((row, turn) => (row, turn)))
            .OrderBy(pair => pair.turn).ThenBy(pair => pair.row.Hash, StringComparer.Ordinal).Take(most)
            .Select(pair => Sample(pair.row))];
    }

    private static ReportSample Sample(Row row) => new(JsonNamingPolicy.SnakeCaseLower.ConvertName(row.Type.ToString()), row.Language,
        row.Question, row.Answer, row.Sources.Count > 0 ? row.Sources[0].Document : "", row.Sources.Count > 0 ? row.Sources[0].Page : null);
}
