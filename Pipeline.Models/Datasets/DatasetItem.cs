namespace Pipeline.Models.Datasets;

/// <summary>A place of a dataset file where a row stands or should stand.</summary>
/// <param name="Line">Line, or number of the row in files without lines, from 1.</param>
/// <param name="Row">The row; null where none can be read.</param>
/// <param name="Fault">Why not.</param>
internal sealed record DatasetItem(int Line, DatasetRow? Row, string? Fault = null);
