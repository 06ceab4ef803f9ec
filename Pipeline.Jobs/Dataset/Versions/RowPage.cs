namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>A page of rows.</summary>
/// <param name="Total">Rows that the filter accepts.</param>
/// <param name="Rows">Those of the page, in the order of the dataset.</param>
/// <param name="Next">Where the next page starts (<c>after</c>); null on the last one.</param>
public sealed record RowPage(int Total, IReadOnlyList<RowEntry> Rows, int? Next);
