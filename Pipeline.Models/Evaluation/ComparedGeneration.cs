using Pipeline.Models.Datasets;

namespace Pipeline.Models.Evaluation;

/// <summary>An example and what the models answer to it.</summary>
/// <param name="Example">Question and expected answer.</param>
/// <param name="Base">Answer of the base model.</param>
/// <param name="Adapter">Answer with the adapter; null when none was given.</param>
public sealed record ComparedGeneration(InstructionExample Example, string Base, string? Adapter);
