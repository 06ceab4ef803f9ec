using Mediator;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Forgets all decisions of a draft; says how many there were, or null when there is no such dataset.</summary>
/// <param name="DatasetId">The dataset.</param>
public sealed record DiscardDraft(Guid DatasetId) : IRequest<int?>;
