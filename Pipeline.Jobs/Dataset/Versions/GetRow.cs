using Mediator;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>One row, or null when there is none of that hash; of several the one that is part of the dataset.</summary>
/// <param name="DatasetId">Its dataset.</param>
/// <param name="Hash">Hash of its content.</param>
public sealed record GetRow(Guid DatasetId, string Hash) : IRequest<RowEntry?>;
