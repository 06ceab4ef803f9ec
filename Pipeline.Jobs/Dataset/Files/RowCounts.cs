using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>Counts rows for the funnel.</summary>
public static class RowCounts
{
    /// <summary>The funnel with its counts of rows: all, kept by split, type and language, rejected by reason.</summary>
    /// <param name="funnel">Where the other counts come from.</param>
    /// <param name="rows">All rows, rejected ones included.</param>
    public static Funnel Into(Funnel funnel, IReadOnlyList<Row> rows)
    {
        ArgumentNullException.ThrowIfNull(funnel);
        ArgumentNullException.ThrowIfNull(rows);
        Row[] kept = [.. rows.Where(row => row.State != RowState.Rejected)];
        return funnel with
        {
            Rows = rows.Count,
            Kept = Count(kept, row => RowColumns.Name(row.Split)),
            Types = Count(kept, row => RowColumns.Name(row.Type)),
            Languages = Count(kept, row => row.Language),
            Rejected = Count(rows.Where(row => row.State == RowState.Rejected),
                row => row.Author == Decided.Pipeline ? row.Reason ?? "" : Reasons.Person),
        };
    }

    private static Dictionary<string, int> Count(IEnumerable<Row> rows, Func<Row, string> key) =>
        rows.GroupBy(key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count());
}
