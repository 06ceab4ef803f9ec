using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Compares the rows of two datasets. Rejected rows are not part of a dataset.</summary>
public static class RowDiff
{
    /// <summary>All differences: rows of the first in its order, then those that only the second has.</summary>
    /// <param name="before">Rows of the first, rejected ones included.</param>
    /// <param name="after">Rows of the second.</param>
    public static IReadOnlyList<RowChange> Of(IReadOnlyList<Row> before, IReadOnlyList<Row> after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        HashSet<string> old = HashesOf(before), now = HashesOf(after);
        Row[] gone = [.. Kept(before).Where(row => !now.Contains(row.Hash)).DistinctBy(row => row.Hash)];
        List<Row> come = [.. Kept(after).Where(row => !old.Contains(row.Hash)).DistinctBy(row => row.Hash)];
        Dictionary<string, Row> byOrigin = new(StringComparer.Ordinal), byWording = new(StringComparer.Ordinal);
        foreach (Row row in come)
        {
            if (row.EditedFrom is not null) byOrigin.TryAdd(row.EditedFrom, row);
            if (WordingOf(row) is { } key) byWording.TryAdd(key, row);
        }
        Dictionary<string, Row> refused = new(StringComparer.Ordinal);
        foreach (Row row in after.Where(row => row.State == RowState.Rejected)) refused.TryAdd(row.Hash, row);
        HashSet<string> paired = new(StringComparer.Ordinal);
        List<RowChange> changes = new();
        foreach (Row row in gone)
        {
            Row? successor = byOrigin.GetValueOrDefault(row.Hash);
            if (successor is null && WordingOf(row) is { } key) successor = byWording.GetValueOrDefault(key);
            if (successor is not null && paired.Add(successor.Hash)) changes.Add(new RowChange(RowChange.Changed, row, successor));
            else changes.Add(new RowChange(RowChange.Removed, row, null, refused.GetValueOrDefault(row.Hash)?.Reason));
        }
        changes.AddRange(come.Where(row => !paired.Contains(row.Hash)).Select(row => new RowChange(RowChange.Added, null, row)));
        return changes;
    }

    /// <summary>How many of each change.</summary>
    public static IReadOnlyDictionary<string, int> Count(IReadOnlyList<RowChange> changes) =>
        RowChange.All.ToDictionary(change => change, change => changes.Count(row => row.Change == change));

    private static IEnumerable<Row> Kept(IReadOnlyList<Row> rows) => rows.Where(row => row.State != RowState.Rejected);

    private static HashSet<string> HashesOf(IReadOnlyList<Row> rows) => [.. Kept(rows).Select(row => row.Hash)];

    private static string? WordingOf(Row row) => row.Fact.Length == 0 || row.Generator.Wording.Length == 0 ? null
        : RowHash.Of(row.Fact, row.Type.ToString(), row.Language, row.Generator.Wording);
}
