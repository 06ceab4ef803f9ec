namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>The draft of the next version of a dataset.</summary>
/// <param name="DatasetId">The dataset that is reviewed.</param>
/// <param name="Accepted">Rows accepted.</param>
/// <param name="Rejected">Rows rejected.</param>
/// <param name="Edited">Rows edited.</param>
/// <param name="Decisions">The latest decisions first, up to the limit.</param>
public sealed record DatasetDraft(Guid DatasetId, int Accepted, int Rejected, int Edited, IReadOnlyList<DraftDecision> Decisions);
