using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Calls;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>Rows that a model wrote from a chunk; not verified yet.</summary>
/// <param name="Rows">With hashes, in a stable order.</param>
/// <param name="Counts">Calls and rejected parts of replies.</param>
internal sealed record WrittenRows(IReadOnlyList<Row> Rows, CallCounts Counts);
