using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>Words of a chunk.</summary>
/// <param name="Text">As printed.</param>
/// <param name="Spans">Where.</param>
internal sealed record FoundEvidence(string Text, IReadOnlyList<SourceSpan> Spans);
