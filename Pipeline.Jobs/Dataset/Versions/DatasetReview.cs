using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Makes the rows of the next version from those of a dataset and the decisions of people.</summary>
public static class DatasetReview
{
    /// <summary>The rows of the next version, in the same order. Decisions about rows that are not there change nothing.</summary>
    /// <param name="rows">All rows, rejected ones included.</param>
    /// <param name="decisions">One per hash at most.</param>
    public static IReadOnlyList<Row> Apply(IReadOnlyList<Row> rows, IEnumerable<DraftDecision> decisions)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(decisions);
        Dictionary<string, DraftDecision> byHash = decisions.ToDictionary(decision => decision.Hash, StringComparer.Ordinal);
        // A rejected duplicate has the hash of the row that was kept: a decision means the kept one.
        Dictionary<string, int> meant = new(StringComparer.Ordinal);
        for (int i = rows.Count - 1; i >= 0; i--)
            if (rows[i].State != RowState.Rejected || !meant.TryGetValue(rows[i].Hash, out int other)
                || rows[other].State == RowState.Rejected) meant[rows[i].Hash] = i;
        Row[] next = [.. rows];
        List<int> changed = new();
        foreach ((string hash, int i) in meant.OrderBy(row => row.Value))
        {
            if (!byHash.TryGetValue(hash, out DraftDecision? decision)) continue;
            next[i] = Decide(rows[i], decision);
            if (next[i].State != RowState.Rejected) changed.Add(i);
        }
        Settle(next, changed);
        return next;
    }

    /// <summary>What the folder of the next version needs beside its rows: edited rows are trained as often as before.</summary>
    /// <param name="options">What the folder of the dataset has.</param>
    /// <param name="decisions">The decisions.</param>
    public static DatasetWriteOptions Carried(DatasetWriteOptions options, IEnumerable<DraftDecision> decisions)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(decisions);
        Dictionary<string, int> times = new(options.Times, StringComparer.Ordinal);
        foreach (DraftDecision decision in decisions)
            if (decision.Edited is { } edited && options.Times.TryGetValue(decision.Hash, out int often)) times.TryAdd(edited.Hash, often);
        return options with { Times = times };
    }

    private static Row Decide(Row row, DraftDecision decision) => decision.Decision switch
    {
        DraftDecision.Reject => row.State == RowState.Rejected && row.Author != Decided.Pipeline ? row
            : row.Reject(decision.Reason ?? Reasons.Person) with { Author = decision.Author },
        DraftDecision.Edit => decision.Edited! with { Split = row.Split },
        _ => row.State != RowState.Rejected ? row : row with
        {
            State = RowState.Kept,
            Author = decision.Author,
            Reason = decision.Reason,
            Split = RowSplit.None,
        },
    };

    /// <summary>
    /// Changed rows that another row equals are duplicates. The others go where their question is already, or else into training: a
    /// question that is examined is never trained because someone accepted it once more.
    /// </summary>
    private static void Settle(Row[] rows, List<int> changed)
    {
        HashSet<int> open = [.. changed];
        HashSet<string> there = new(StringComparer.Ordinal);
        Dictionary<string, RowSplit> sides = new(StringComparer.Ordinal);
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].State == RowState.Rejected || open.Contains(i)) continue;
            there.Add(rows[i].Hash);
            Place(rows[i], sides);
        }
        foreach (int i in changed)
        {
            if (!there.Add(rows[i].Hash))
            {
                rows[i] = rows[i].Reject(Reasons.Duplicate) with { Author = Decided.Pipeline };
                continue;
            }
            RowSplit own = rows[i].Split == RowSplit.None ? RowSplit.Train : rows[i].Split;
            string question = rows[i].Question;
            rows[i] = rows[i] with
            {
                Split = question.Length > 0 ? sides.GetValueOrDefault(RowHash.OfQuestion(question), own) : own,
            };
            Place(rows[i], sides);
        }
    }

    private static void Place(Row row, Dictionary<string, RowSplit> sides)
    {
        if (row.Question.Length == 0) return;
        string key = RowHash.OfQuestion(row.Question);
        if (row.Split > sides.GetValueOrDefault(key)) sides[key] = row.Split;       // the examination before training
    }
}
