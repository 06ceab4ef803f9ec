using Pipeline.Jobs.Extract.Layout;

namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>A figure block with its name.</summary>
/// <param name="Block">The block.</param>
/// <param name="Id"><c>figure-3</c> or <c>page-3</c>.</param>
/// <param name="Label"><c>Figure 3</c> or <c>Page 3</c>.</param>
/// <param name="Image">Path of its image inside the document's folder.</param>
internal sealed record NumberedFigure(TextBlock Block, string Id, string Label, string Image)
{
    public FigureItem Item => (FigureItem)Block.Item!;
}
