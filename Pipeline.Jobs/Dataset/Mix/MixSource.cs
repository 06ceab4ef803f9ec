using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Mix;

/// <summary>Rows of one source with their weight.</summary>
/// <param name="Name">The source, as counts name it: the file.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Weight">How often each is trained in an epoch.</param>
public sealed record MixSource(string Name, IReadOnlyList<Row> Rows, double Weight);
