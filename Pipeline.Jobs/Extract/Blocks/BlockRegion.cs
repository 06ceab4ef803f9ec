namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>Where a continued part of a block is.</summary>
/// <param name="Page">Page, from 1.</param>
/// <param name="Box">Place on that page.</param>
public sealed record BlockRegion(int Page, Box Box);
