using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Split;

/// <summary>The wordings in which one fact is asked for, in the order of their hashes.</summary>
internal sealed class FactWordings
{
    /// <summary>A wording with its rows: usually one, more where documents repeat it.</summary>
    /// <param name="Hash">Over fact and wording.</param>
    /// <param name="Rows">Places of its kept rows; none where it fell out of the dataset.</param>
    private sealed record Wording(string Hash, int[] Rows);

    private readonly Wording[] _ranked;
    private readonly int _forward, _all;
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    private FactWordings(string fact, Wording[] ranked, int forward, int all)
    {
        Fact = fact;
        _ranked = ranked;
        _forward = forward;
        _all = all;
    }

    /// <summary>Id of the fact.</summary>
    public string Fact { get; }

    /// <summary>The wordings of every fact that has any.</summary>
    public static IEnumerable<FactWordings> Of(SplitState state, SplitOptions options)
    {
        foreach (IGrouping<string, int> fact in Enumerable.Range(0, state.Rows.Count)
            .Where(i => state.Rows[i].Fact.Length > 0 && state.Rows[i].Expected is { Length: > 0 } && Stays(state.Rows[i]))
            .GroupBy(i => state.Rows[i].Fact, StringComparer.Ordinal))
        {
            (int Row, string Key)[] keyed = [.. fact.Select(i => (i, Key(state.Rows[i])))];
            Wording[] ranked = [.. keyed.Where(k => FactSplit.CanBeExamined(state.Rows[k.Row])).GroupBy(k => k.Key, StringComparer.Ordinal)
                .Where(w => !w.Any(k => state.IsTrained(k.Row)))
                .Select(w => new Wording(RowHash.Of(fact.Key, w.Key), [.. w.Select(k => k.Row).Where(state.IsKept)]))
                .OrderBy(w => w.Hash, StringComparer.Ordinal)];
            int forward = keyed.Where(k => FactSplit.CanBeExamined(state.Rows[k.Row])).Select(k => k.Key)
                .Distinct(StringComparer.Ordinal).Count();
            int all = keyed.Select(k => k.Key).Distinct(StringComparer.Ordinal).Count();
            // Examined are the wordings from subject to value, and one of them has to be trained.
            if (forward >= 2 && all >= options.MinWordings)
                yield return new(fact.Key, ranked, forward, all);
        }
    }

    /// <summary>Rows that are not trained, each with what it is for.</summary>
    public IEnumerable<(int Row, RowSplit Split)> Untrained(SplitOptions options)
    {
        for (int rank = 0; rank < Math.Min(2, _ranked.Length); rank++)
        {
            // One wording at least is left to train.
            if (rank == 1 && (_forward < 3 || FactSplit.Fraction(_ranked[1].Hash) >= options.SecondFraction))
                break;
            RowSplit split = rank == 0 || _all >= options.WordingsForTwo ? RowSplit.Exam : RowSplit.Eval;
            _taken.Add(_ranked[rank].Hash);
            foreach (int row in _ranked[rank].Rows)
                yield return (row, split);
        }
    }

    /// <summary>Whether two wordings are left to train when one more serves early stopping.</summary>
    public bool CanSpareOne(SplitOptions options) => _all >= options.WordingsForTwo && _ranked.Count(w => !_taken.Contains(w.Hash)) > 2;

    /// <summary>The wording with the largest hash: additions never make a formerly trained one the last.</summary>
    public int? Last() => _ranked[^1].Rows.Length > 0 && !_taken.Contains(_ranked[^1].Hash) ? _ranked[^1].Rows[0] : null;

    // Keys of phrasings are stable; what a model writes is known by its words.
    private static string Key(Row row) => row.Generator.Name == "phrasebook"
        ? $"wording {row.Generator.Wording}" : $"question {TextWords.Normalised(row.Question)}";

    // Rows that fell for their own faults fall in every run, and so had no rank in any.
    private static bool Stays(Row row) => row.State != RowState.Rejected
        || row.Reason is Reasons.Duplicate or Reasons.NearDuplicate or Reasons.Contradiction or Reasons.Balance or Reasons.Excluded
            or Reasons.Person;
}
