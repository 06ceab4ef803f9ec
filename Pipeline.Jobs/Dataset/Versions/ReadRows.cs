using Mediator;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>All rows of a dataset, rejected ones included; null when there is no such dataset.</summary>
/// <param name="DatasetId">The dataset.</param>
public sealed record ReadRows(Guid DatasetId) : IRequest<IReadOnlyList<Row>?>;
