namespace Pipeline.Models.Evaluation.Examination;

/// <summary>What an examination comes to.</summary>
/// <param name="Sides">Each side's figures.</param>
/// <param name="Comparisons">The side examined, which is the first with an adapter, with each other one; empty without an adapter.</param>
public sealed record ExaminationFigures(IReadOnlyList<SideFigures> Sides, IReadOnlyList<SideComparison> Comparisons)
{
    /// <summary>The figures of an examination.</summary>
    public static ExaminationFigures Of(ExaminationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string? examined = result.Sides.FirstOrDefault(side => side.HasAdapter)?.Name;
        return new ExaminationFigures([.. result.Sides.Select(side => SideFigures.Of(result, side))],
            examined is null ? [] : [.. result.Sides.Where(side => side.Name != examined)
                .Select(side => SideComparison.Of(result, examined, side.Name))]);
    }
}
