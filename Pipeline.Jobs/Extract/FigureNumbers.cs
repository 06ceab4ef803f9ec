using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;

namespace Pipeline.Jobs.Extract;

/// <summary>Numbers figures: the printed number where there is one, then the next free ones in reading order.</summary>
internal static class FigureNumbers
{
    public static List<NumberedFigure> Assign(IReadOnlyList<TextBlock> blocks)
    {
        List<TextBlock> figures = blocks.Where(b => b.Kind == BlockKind.Figure).ToList();
        Dictionary<TextBlock, int> numbers = new();
        HashSet<int> taken = new();
        foreach (TextBlock block in figures)
        {
            if (block.Caption is { } caption && !CaptionText.IsTableCaption(caption) && CaptionText.Number(caption) is { } printed
                && taken.Add(printed))
                numbers[block] = printed;
        }
        int next = 1 + taken.DefaultIfEmpty(0).Max();
        foreach (TextBlock block in figures)
            if (!numbers.ContainsKey(block) && ((FigureItem)block.Item!).Kind != FigureKind.Page) numbers[block] = next++;

        return figures.ConvertAll(block => ((FigureItem)block.Item!).Kind == FigureKind.Page
            ? new NumberedFigure(block, $"page-{block.Page}", $"Page {block.Page}", FigureImages.PageImage(block.Page))
            : new NumberedFigure(block, $"figure-{numbers[block]}", $"Figure {numbers[block]}", $"images/figure-{numbers[block]}.png"));
    }
}
