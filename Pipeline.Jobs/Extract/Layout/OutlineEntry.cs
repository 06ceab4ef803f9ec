namespace Pipeline.Jobs.Extract.Layout;

/// <summary>A bookmark of the document.</summary>
/// <param name="Title">Its text.</param>
/// <param name="Level">Depth in the tree, from 1.</param>
/// <param name="Page">Page that it leads to, from 1; 0 when it leads nowhere.</param>
internal sealed record OutlineEntry(string Title, int Level, int Page);
