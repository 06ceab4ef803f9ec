using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Makes the next version of a dataset folder, without a database.</summary>
public static class FolderReview
{
    /// <summary>Applies decisions and writes the next version to another folder; the one that is reviewed stays as it is.</summary>
    /// <param name="folder">The dataset.</param>
    /// <param name="lines">The decisions; of two about one row the later one stands.</param>
    /// <param name="author">Who decides, where a line does not say.</param>
    /// <param name="outDir">Folder to write.</param>
    /// <param name="now">When.</param>
    /// <param name="ct">Stops before the next file is written.</param>
    /// <returns>The differences.</returns>
    /// <exception cref="InputException">A row is not there, or nothing changes.</exception>
    public static async Task<IReadOnlyList<RowChange>> CloseAsync(string folder, IReadOnlyList<ReviewLine> lines, string author,
        string outDir, DateTimeOffset now, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lines);
        if (Path.GetFullPath(folder).TrimEnd('/') == Path.GetFullPath(outDir).TrimEnd('/'))
            throw new InputException($"--out {outDir}: is the dataset itself, and versions do not change; name another folder");
        IReadOnlyList<Row> rows = DatasetFolder.ReadRows(folder);
        ILookup<string, Row> byHash = rows.ToLookup(row => row.Hash, StringComparer.Ordinal);
        Dictionary<string, DraftDecision> decisions = new(StringComparer.Ordinal);
        foreach (ReviewLine line in lines)
        {
            Row row = byHash[line.Hash].OrderBy(found => found.State == RowState.Rejected).FirstOrDefault()
                ?? throw new InputException($"{folder}: has no row {line.Hash}");
            string by = line.Author ?? author;
            Row? edited = line.Edit?.Apply(row, by, line.Reason);
            decisions[line.Hash] = new DraftDecision(line.Hash, line.Decision, edited, by, line.Reason, now);
        }
        IReadOnlyList<Row> next = DatasetReview.Apply(rows, decisions.Values);
        if (next.SequenceEqual(rows)) throw new InputException("the decisions change nothing, so there is no new version");
        bool hasFunnel = File.Exists(Path.Combine(folder, DatasetFolder.FunnelFile));
        Funnel funnel = RowCounts.Into(hasFunnel ? DatasetFolder.ReadFunnel(folder) : new Funnel(), next);
        await DatasetFolder.WriteAsync(outDir, next, funnel,
            DatasetReview.Carried(DatasetFolder.ReadOptions(folder), decisions.Values), ct);
        return RowDiff.Of(rows, next);
    }
}
