using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>
/// Finds boxes of equal width that stand side by side and hold short texts of their own: they are read one after the other, row by row,
/// neither as columns of the page nor as cells of a table.
/// </summary>
internal static class CardFinder
{
    private const double SameWidth = 0.06;

    /// <returns>Groups of boxes; each group in reading order.</returns>
    public static List<List<Box>> Find(PageContent page)
    {
        List<Box> boxes = new();
        foreach (PageGraphic g in page.Graphics.Where(g => g.Kind == GraphicKind.Path && g.Box.Width > 80 && g.Box.Height > 30
            && g.Box.Area < 0.4 * page.Box.Area).OrderBy(g => g.Box.Area))
        {
            if (!boxes.Exists(b => b.OverlapX(g.Box) > 0.5 * b.Width && b.OverlapY(g.Box) > 0.5 * b.Height) && IsCard(g.Box, page))
                boxes.Add(g.Box);
        }
        List<List<Box>> groups = new();
        while (boxes.Count > 0)
        {
            List<Box> alike = boxes.FindAll(b => Math.Abs(b.Width - boxes[0].Width) < SameWidth * b.Width);
            boxes.RemoveAll(alike.Contains);
            bool sideBySide = alike.Exists(a => alike.Exists(b => b.X0 > a.X1 - 3 && b.OverlapY(a) > 0.6 * a.Height));
            if (sideBySide && alike.Count >= 2)
                groups.Add(InRows(alike));
        }
        return groups;
    }

    /// <summary>A heading in larger or bolder type above running text.</summary>
    private static bool IsCard(Box box, PageContent page)
    {
        List<TextSegment> inside = page.Segments.Where(s => box.ContainsCenterOf(s.Box)).OrderByDescending(s => s.Baseline).ToList();
        if (inside.Count < 3 || page.Segments.Exists(s => !inside.Contains(s) && s.Box.Intersects(box.Inflate(-2))))
            return false;
        TextSegment head = inside[0], rest = inside[1];
        bool alone = head.Baseline - rest.Baseline > 0.5 * head.Size;
        return alone && (head.Size > 1.1 * rest.Size || (head.Bold && !rest.Bold)) && head.Words.Count <= 8
            && inside.Skip(1).All(s => !s.Bold) && inside.Skip(1).Average(s => s.Words.Count) >= 3
            && inside.Zip(inside.Skip(1), (a, b) => a.Baseline - b.Baseline).All(d => d > 2);
    }

    private static List<Box> InRows(List<Box> boxes)
    {
        List<Box> ordered = new(boxes.Count);
        while (boxes.Count > 0)
        {
            Box top = boxes.MaxBy(b => b.Y1);
            List<Box> row = boxes.FindAll(b => b.OverlapY(top) > 0.5 * Math.Min(b.Height, top.Height));
            ordered.AddRange(row.OrderBy(b => b.X0));
            boxes.RemoveAll(row.Contains);
        }
        return ordered;
    }
}
