using Pipeline.Jobs.Dataset.Filter;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Split;

/// <summary>How far an examination repeats the training word for word: by runs of 13 words of its questions.</summary>
/// <param name="Items">Rows of the examination.</param>
/// <param name="Overlapping">Those of which a run of 13 words stands in a trained question.</param>
public sealed record Overlap(int Items, int Overlapping)
{
    /// <summary>Overlapping per item, 0 to 1; 0 without items.</summary>
    public double Share => Items == 0 ? 0 : (double)Overlapping / Items;

    /// <summary>Measures it.</summary>
    /// <param name="train">Rows that are trained.</param>
    /// <param name="exam">Rows of the examination.</param>
    public static Overlap Measure(IEnumerable<Row> train, IEnumerable<Row> exam)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(exam);
        HashSet<ulong> runs = [.. train.SelectMany(r => r.Messages).Where(m => m.Role == "user").SelectMany(m => NGrams.Of(m.Content))];
        int items = 0, overlapping = 0;
        foreach (Row row in exam)
        {
            items++;
            overlapping += NGrams.Of(row.Question).Any(runs.Contains) ? 1 : 0;
        }
        return new(items, overlapping);
    }
}
