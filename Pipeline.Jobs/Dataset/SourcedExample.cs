using Pipeline.Models.Datasets;

namespace Pipeline.Jobs.Dataset;

/// <summary>An example and where it comes from; null for examples of a user's own file.</summary>
internal sealed record SourcedExample(InstructionExample Example, Provenance? Source);
