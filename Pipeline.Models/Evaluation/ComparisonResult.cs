using Pipeline.Models.Training.Loop;

namespace Pipeline.Models.Evaluation;

/// <summary>A model measured alone and with an adapter over the same examples.</summary>
/// <param name="Base">Loss of the base model.</param>
/// <param name="Adapter">Loss with the adapter; null when none was given.</param>
/// <param name="Generations">Some examples answered by both.</param>
public sealed record ComparisonResult(LossResult Base, LossResult? Adapter, IReadOnlyList<ComparedGeneration> Generations);
