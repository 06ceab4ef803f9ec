using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Statistics;

namespace Pipeline.Jobs.Evaluate;

/// <summary>Names of the sides of a run's examination.</summary>
internal static class ExamSides
{
    /// <summary>The run's own adapter; the one in service goes by its name.</summary>
    public const string Adapter = "adapter";

    /// <summary>The run's adapter against another side; null where that was not examined.</summary>
    public static PairedDifference? DifferenceOver(ExaminationResult result, string other) => result.Sides.Any(side => side.Name == other)
        ? SideComparison.Of(result, Adapter, other).Difference : null;

    /// <summary>The verdict on the run's adapter against another side; null where that was not examined.</summary>
    public static Verdict? VerdictOver(ExaminationResult result, string other) =>
        DifferenceOver(result, other) is { } difference ? Verdict.Of(difference) : null;

    /// <summary>Whether the run's adapter may serve.</summary>
    /// <param name="result">The examination.</param>
    /// <param name="current">Name of the adapter in service, or null.</param>
    /// <param name="margin">What the lower bound of its gain must exceed: a share of the questions.</param>
    public static GateDecision Gate(ExaminationResult result, string? current, double margin) => AdapterGate.Decide(
        DifferenceOver(result, ExamSide.Base)!, current is null ? null : DifferenceOver(result, current), current, margin,
        result.Side(ExamSide.Base).Retention, result.Side(Adapter).Retention);
}
