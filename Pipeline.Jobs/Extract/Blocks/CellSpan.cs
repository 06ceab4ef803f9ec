namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>A cell of a table that covers more than one row or column.</summary>
/// <param name="Row">Its first row, from 0.</param>
/// <param name="Column">Its first column, from 0.</param>
/// <param name="Rows">Rows it covers.</param>
/// <param name="Columns">Columns it covers.</param>
public sealed record CellSpan(int Row, int Column, int Rows, int Columns);
