using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Calls;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>A row that a model read once more.</summary>
/// <param name="Row">With its verdict, rejected where that is clear.</param>
/// <param name="Counts">Calls.</param>
internal sealed record CheckedRow(Row Row, CallCounts Counts);
