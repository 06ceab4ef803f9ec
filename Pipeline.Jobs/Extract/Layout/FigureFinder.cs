using System.Buffers;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>
/// Finds pictures: images and drawings that touch or nearly touch, together with the labels in and around them.
/// Backgrounds, frames around text, underlines and the rules of tables are not pictures.
/// </summary>
internal static class FigureFinder
{
    private const double Cell = 3;            // points; resolution of the map in which neighbours meet
    private const double Reach = 5;           // points; two parts closer than twice this belong together
    private const double LabelDistance = 16;  // points from the drawing to its outermost labels

    public static List<FigureItem> Find(PageContent page, IReadOnlyList<TableItem> tables, double bodySize)
    {
        List<PageGraphic> parts = page.Graphics.FindAll(g => IsPart(g, page, tables));
        if (parts.Count == 0)
            return [];
        List<Cluster> clusters = Connect(parts, page.Box);
        clusters.RemoveAll(c => c.Box.Width < 20 || c.Box.Height < 14);
        foreach (Cluster cluster in clusters)
            AbsorbLabels(cluster, page, tables, bodySize);
        MergeOverlapping(clusters);
        return clusters.Where(c => IsFigure(c, page)).Select(c => ToItem(c, page, bodySize)).ToList();
    }

    /// <summary>Segments that belong to a picture, not to the running text.</summary>
    public static bool Holds(FigureItem figure, TextSegment segment) => figure.Lettering.Contains(segment);

    private static bool IsPart(PageGraphic g, PageContent page, IReadOnlyList<TableItem> tables)
    {
        if (g.White || g.Box.Area >= 0.85 * page.Box.Area)
            return false; // background, or the scan under a text layer
        if (g.Kind != GraphicKind.Path && (ReadsAsText(g.Box, page) || IsStrip(g, page)))
            return false; // a picture behind text
        if (tables.Any(t => t.Box.Inflate(2).ContainsCenterOf(g.Box)))
            return false;
        if (g.IsHorizontalRule && page.Segments.Exists(s => IsUnderline(g.Box, s)))
            return false;
        return !IsTextFrame(g, page);
    }

    /// <summary>A part of a background that is stored as strips over the whole page.</summary>
    private static bool IsStrip(PageGraphic g, PageContent page)
    {
        bool Wide(PageGraphic o) => o.Kind == GraphicKind.Image && o.Box.Width > 0.95 * page.Box.Width;
        bool High(PageGraphic o) => o.Kind == GraphicKind.Image && o.Box.Height > 0.95 * page.Box.Height;
        return page.Segments.Count > 2
            && ((Wide(g) && page.Graphics.Where(Wide).Sum(o => o.Box.Height) > 0.9 * page.Box.Height)
                || (High(g) && page.Graphics.Where(High).Sum(o => o.Box.Width) > 0.9 * page.Box.Width));
    }

    /// <summary>Whether what stands on an area is running text: lines of several words, one under the other, or a program.</summary>
    private static bool ReadsAsText(Box area, PageContent page)
    {
        List<TextSegment> inside = page.Segments.FindAll(s => area.ContainsCenterOf(s.Box));
        int letters = inside.Count == 0 ? 0 : inside.Sum(LettersOf);
        if (letters < 60)
            return false;
        HashSet<TextSegment> running = [.. inside.Where(s => s.Words.Count >= 4 || s.Monospaced)];
        foreach (TextSegment line in inside)
            if (inside.Find(s => GoesOn(line, s)) is { } next) running.UnionWith([line, next]);
        return running.Sum(LettersOf) >= 0.6 * letters;
    }

    private static int LettersOf(TextSegment segment) => segment.Words.Sum(w => w.Text.Count(char.IsLetter));

    /// <summary>Whether a sentence goes on in the line below: in narrow boxes lines have few words.</summary>
    private static bool GoesOn(TextSegment line, TextSegment next) =>
        char.IsLower(next.Words[0].Text[0]) && Math.Abs(next.Box.X0 - line.Box.X0) < 2 && Math.Abs(next.Size - line.Size) < 0.5
        && line.Words.Count + next.Words.Count >= 5 && line.Baseline - next.Baseline is var step && step > 0.8 * line.Size
        && step < 2.4 * line.Size;

    private static bool IsUnderline(Box rule, TextSegment text) =>
        text.Baseline - rule.CenterY is > -0.4 and < 4.5 && rule.X0 >= text.Box.X0 - 2 && rule.X1 <= text.Box.X1 + 2;

    /// <summary>A box, filled or not, around lines of running text: a note, not a picture.</summary>
    private static bool IsTextFrame(PageGraphic g, PageContent page)
    {
        if (g.Kind != GraphicKind.Path || g.Box.Width < 60 || g.Segments > 14)
            return false;
        if (g.Box.Height > 24 && ReadsAsText(g.Box, page))
            return true;
        List<TextSegment> inside = page.Segments.Where(s => g.Box.ContainsCenterOf(s.Box)).ToList();
        return inside.Count(s => s.Words.Count >= 5 && s.Box.Width >= 0.55 * g.Box.Width) >= Math.Max(1, inside.Count / 2.0);
    }

    /// <summary>Groups parts through a coarse map of the page: fast even for a hundred thousand parts.</summary>
    private static List<Cluster> Connect(List<PageGraphic> parts, Box page)
    {
        int columns = (int)(page.Width / Cell) + 2, rows = (int)(page.Height / Cell) + 2;
        if ((long)columns * rows > 4_000_000)
            return parts.Count > 0 ? [new Cluster(parts)] : [];
        int[] owner = ArrayPool<int>.Shared.Rent(columns * rows); // part index + 1 of the first part that covers the cell
        owner.AsSpan(0, columns * rows).Clear();
        int[] parent = Enumerable.Range(0, parts.Count).ToArray();
        int Root(int i)
        {
            while (parent[i] != i)
                i = parent[i] = parent[parent[i]];
            return i;
        }

        for (int i = 0; i < parts.Count; i++)
        {
            Box box = parts[i].Box.Inflate(Reach).Clip(page);
            for (int row = (int)(box.Y0 / Cell); row <= (int)(box.Y1 / Cell); row++)
            {
                for (int column = (int)(box.X0 / Cell); column <= (int)(box.X1 / Cell); column++)
                {
                    ref int cell = ref owner[row * columns + column];
                    if (cell == 0) cell = i + 1;
                    else parent[Root(i)] = Root(cell - 1);
                }
            }
        }
        ArrayPool<int>.Shared.Return(owner);
        return parts.Select((part, i) => (part, Group: Root(i)))
            .GroupBy(p => p.Group, p => p.part)
            .Select(g => new Cluster(g.ToList())).ToList();
    }

    private static void AbsorbLabels(Cluster cluster, PageContent page, IReadOnlyList<TableItem> tables, double bodySize)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            Box near = cluster.Box.Inflate(LabelDistance);
            Box grown = cluster.Box;
            foreach (TextSegment segment in page.Segments)
            {
                if (!near.Intersects(segment.Box) || CaptionText.IsCaption(segment.Text)
                    || tables.Any(t => t.Box.ContainsCenterOf(segment.Box)))
                    continue;
                if (cluster.Drawn.ContainsCenterOf(segment.Box) || IsLabel(segment, cluster, bodySize))
                    grown = grown.Union(segment.Box);
            }
            foreach (TextSegment sideways in page.Sideways)
                if (near.Intersects(sideways.Box)) grown = grown.Union(sideways.Box);
            cluster.Box = grown.Clip(page.Box);
        }
    }

    /// <summary>Short, not larger than body text and not part of a paragraph: tick labels, axis titles, legends.</summary>
    private static bool IsLabel(TextSegment segment, Cluster cluster, double bodySize)
    {
        if (segment.Size > 0.98 * bodySize)
            return false;
        bool beside = segment.Box.OverlapY(cluster.Box) > 0.3 * segment.Box.Height;
        bool aboveOrBelow = segment.Box.X0 >= cluster.Box.X0 - 30 && segment.Box.X1 <= cluster.Box.X1 + 30;
        return (beside && segment.Box.Width < 120) || (aboveOrBelow && segment.Words.Count <= 12);
    }

    private static void MergeOverlapping(List<Cluster> clusters)
    {
        for (int i = 0; i < clusters.Count; i++)
        {
            for (int j = clusters.Count - 1; j > i; j--)
            {
                if (!clusters[i].Box.Intersects(clusters[j].Box) || !clusters[i].Drawn.Inflate(LabelDistance).Intersects(clusters[j].Drawn))
                    continue;
                clusters[i].Add(clusters[j]);
                clusters.RemoveAt(j);
                j = clusters.Count; // the grown box may reach others
            }
        }
    }

    private static bool IsFigure(Cluster cluster, PageContent page)
    {
        if (cluster.Images > 0)
            return cluster.Box.Width >= 36 && cluster.Box.Height >= 36;
        if (cluster.Box.Width < 60 || cluster.Box.Height < 40)
            return false;
        List<TextSegment> inside = page.Segments.Where(s => cluster.Drawn.ContainsCenterOf(s.Box)).ToList();
        if (IsProgram(inside))
            return false;
        if (cluster.Shapes < 3) // lines alone: a drawing of many of them, or else a frame around text
            return cluster.InnerParts >= 12 && inside.Sum(s => s.Box.Area) < 0.1 * cluster.Drawn.Area;
        // Otherwise decorated text.
        return inside.Where(s => s.Words.Count >= 7 || s.Monospaced).Sum(s => s.Box.Area) < 0.4 * cluster.Drawn.Area;
    }

    /// <summary>A listing: framed, shaded line by line, its lines numbered.</summary>
    private static bool IsProgram(List<TextSegment> inside)
    {
        const int Fewest = 20;      // characters
        int typewriter = inside.Where(s => s.Monospaced).Sum(s => s.Glyphs);
        return typewriter >= Fewest && typewriter > 0.6 * inside.Sum(s => s.Glyphs);
    }

    private static FigureItem ToItem(Cluster cluster, PageContent page, double bodySize)
    {
        List<TextSegment> lettering = page.Segments
            .Where(s => cluster.Box.ContainsCenterOf(s.Box) && !CaptionText.IsCaption(s.Text) && IsLettering(s, cluster, bodySize))
            .Concat(page.Sideways.Where(s => cluster.Box.ContainsCenterOf(s.Box)))
            .OrderByDescending(s => Math.Round(s.Box.Y1)).ThenBy(s => s.Box.X0).ToList();
        Box box = cluster.Drawn;
        foreach (TextSegment segment in lettering)
            box = box.Union(segment.Box);
        return new FigureItem(
            box.Inflate(3).Clip(page.Box), cluster.Images > 0 ? FigureKind.Image : FigureKind.Vector, cluster.Dpi,
            string.Join(" | ", lettering.Select(s => s.Text)))
        {
            Lettering = [.. lettering],
            Alt = cluster.MarkedContents.Select(id => page.Alts.GetValueOrDefault(id)).FirstOrDefault(alt => alt is not null),
        };
    }

    /// <summary>Small text in a drawing; text of the size of paragraphs, and any text beside a photo, only where it stands on it.</summary>
    private static bool IsLettering(TextSegment segment, Cluster cluster, double bodySize) =>
        (cluster.Images == 0 && segment.Size <= 0.98 * bodySize && segment.Words.Count < 6) || cluster.IsNear(segment.Box, 0);

    private sealed class Cluster
    {
        private const double Edge = 4;          // points

        private readonly List<PageGraphic> _parts;

        public Cluster(List<PageGraphic> parts)
        {
            _parts = parts;
            Drawn = Box = parts.Select(p => p.Box).Aggregate((a, b) => a.Union(b));
        }

        /// <summary>The parts without labels.</summary>
        public Box Drawn { get; private set; }

        /// <summary>The parts with their labels.</summary>
        public Box Box { get; set; }

        /// <summary>Parts that are not on the edges of all: a frame may be drawn in many pieces.</summary>
        public int InnerParts => _parts.Count(p => p.Box.X1 > Drawn.X0 + Edge && p.Box.X0 < Drawn.X1 - Edge
            && p.Box.Y1 > Drawn.Y0 + Edge && p.Box.Y0 < Drawn.Y1 - Edge);

        public IEnumerable<int> MarkedContents => _parts.Where(p => p.MarkedContent >= 0).Select(p => p.MarkedContent);

        public int Images => _parts.Count(p => p.Kind is GraphicKind.Image);

        public double Dpi => _parts.Max(p => p.Dpi);

        /// <summary>
        /// Parts that make a picture: not lines, and not rectangles as wide as everything, which are frames, shades behind
        /// text and rows of tables.
        /// </summary>
        public int Shapes => _parts.Count(p =>
            !p.IsHorizontalRule && !p.IsVerticalRule
            && !(p.Segments <= 14 && p.Kind == GraphicKind.Path && p.Box.Width >= 0.85 * Drawn.Width));

        /// <summary>Whether a part is within a distance of the middle of a box.</summary>
        public bool IsNear(Box box, double distance) => _parts.Exists(p => p.Box.Inflate(distance).ContainsCenterOf(box));

        public void Add(Cluster other)
        {
            _parts.AddRange(other._parts);
            Drawn = Drawn.Union(other.Drawn);
            Box = Box.Union(other.Box);
        }
    }
}
