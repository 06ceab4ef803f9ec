namespace Pipeline.Models.Training.Batches;

/// <summary>Collects the rows of a split that are left out: the first ones by number, the others counted.</summary>
/// <param name="warnings">Where the words go.</param>
/// <param name="split">Name of the split.</param>
/// <param name="rows">Rows of the split.</param>
internal sealed class LeftOut(ICollection<string> warnings, string split, int rows)
{
    private const int MostNamed = 20;

    private int _count;

    /// <summary>Tells of a row.</summary>
    public void Add(string message)
    {
        if (++_count <= MostNamed)
            warnings.Add(message);
    }

    /// <summary>Tells how many there were.</summary>
    public void Close()
    {
        if (_count > 0)
            warnings.Add($"{_count} of {rows} {split} rows are left out" + (_count > MostNamed ? $", of which {MostNamed} are named" : ""));
    }
}
