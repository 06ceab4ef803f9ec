namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>Text that no chunk holds.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Block">Its block.</param>
/// <param name="Page">Page, from 1.</param>
/// <param name="Characters">How much.</param>
public sealed record LeftOut(string Reason, string Block, int Page, int Characters);
