using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Calls;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>Facts that a model found in a chunk.</summary>
/// <param name="Facts">Each with its exact place.</param>
/// <param name="Counts">Calls and rejected parts of replies.</param>
internal sealed record WrittenFacts(IReadOnlyList<Fact> Facts, CallCounts Counts);
