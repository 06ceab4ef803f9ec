using Mediator;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Takes a decision out of the draft; false when there is none about the row.</summary>
/// <param name="DatasetId">The dataset.</param>
/// <param name="Hash">Hash of the row.</param>
public sealed record WithdrawDecision(Guid DatasetId, string Hash) : IRequest<bool>;
