using System.Globalization;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Split;

/// <summary>Questions by which two adapters can be compared: neither was trained on them.</summary>
/// <param name="Rows">The rows, in their order.</param>
/// <param name="LeftOut">How many rows one of them was trained on.</param>
/// <param name="Note">What to say of a comparison that rests on few questions; null where there are enough.</param>
public sealed record GateQuestions(IReadOnlyList<Row> Rows, int LeftOut, string? Note)
{
    /// <summary>Below this many questions a comparison says so.</summary>
    public const int Enough = 100;

    /// <summary>The rows of an examination that neither side was trained on.</summary>
    /// <param name="exam">Rows of the examination.</param>
    /// <param name="candidateTrained">What the new adapter was trained on.</param>
    /// <param name="incumbentTrained">What the adapter in service was trained on; null where there is none, or where it is not
    /// known.</param>
    public static GateQuestions Usable(IReadOnlyList<Row> exam, IReadOnlySet<string> candidateTrained,
        IReadOnlySet<string>? incumbentTrained)
    {
        ArgumentNullException.ThrowIfNull(exam);
        ArgumentNullException.ThrowIfNull(candidateTrained);
        List<Row> usable = [];
        foreach (Row row in exam)
        {
            string hash = RowHash.OfQuestion(TextWords.WellFormed(row.Question));
            if (!candidateTrained.Contains(hash) && incumbentTrained?.Contains(hash) != true)
                usable.Add(row);
        }
        int leftOut = exam.Count - usable.Count;
        string? note = usable.Count >= Enough ? null : string.Create(CultureInfo.InvariantCulture,
            $"only {usable.Count} of {exam.Count} questions were trained by neither side; fewer than {Enough} make a coarse comparison");
        return new(usable, leftOut, note);
    }
}
