using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>The rows of a run in canonical order while they are filtered.</summary>
internal sealed class FilterState(Row[] rows)
{
    private readonly AnswerValue?[] _values = new AnswerValue?[rows.Length];
    private int[]? _byPreference;

    /// <summary>The rows, kept and rejected.</summary>
    public Row[] Rows { get; } = rows;

    /// <summary>Places of the rows that are still kept.</summary>
    public IEnumerable<int> Kept() => Enumerable.Range(0, Rows.Length).Where(i => Rows[i].State != RowState.Rejected);

    /// <summary>The same, those that stay rather than an equal one first.</summary>
    public IEnumerable<int> KeptByPreference()
    {
        _byPreference ??= [.. Enumerable.Range(0, Rows.Length).OrderBy(i => RowOrder.Preference(Rows[i]))
            .ThenBy(i => Rows[i].Hash, StringComparer.Ordinal).ThenBy(i => i)];
        return _byPreference.Where(i => Rows[i].State != RowState.Rejected);
    }

    /// <summary>What a row answers.</summary>
    public AnswerValue Value(int row) =>
        _values[row] ??= new(Rows[row].Expected is { Length: > 0 } expected ? expected : Rows[row].Answer, Rows[row].Language);

    /// <summary>Rejects a row.</summary>
    public void Reject(int row, string reason, string detail) =>
        Rows[row] = Rows[row].Reject(reason, new(reason, false, detail));
}
