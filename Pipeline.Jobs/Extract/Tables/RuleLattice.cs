using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Jobs.Extract.Tables;

/// <summary>
/// A grid of drawn lines: the edges of the cells of a table. Lines that touch belong together; boxes that stand side by side share
/// their edges.
/// </summary>
internal sealed class RuleLattice
{
    private const double Touch = 3.5;      // points between lines that meet
    private const double SameLine = 2.5;   // points between parts of one line
    private const double Thickest = 2.5;   // points; anything thicker is an area
    private const double Shortest = 6;     // points
    private const int MaxRules = 6_000;    // of a page; more make a drawing

    private RuleLattice(double[] xs, double[] ys, List<Rule> horizontal, List<Rule> vertical) =>
        (Xs, Ys, Horizontal, Vertical) = (xs, ys, horizontal, vertical);

    /// <summary>Positions of vertical lines, from the left.</summary>
    public double[] Xs { get; }

    /// <summary>Positions of horizontal lines, from the top.</summary>
    public double[] Ys { get; }

    public Box Box => new(Xs[0], Ys[^1], Xs[^1], Ys[0]);

    private List<Rule> Horizontal { get; }

    private List<Rule> Vertical { get; }

    /// <summary>All grids of a page with at least two columns or two rows.</summary>
    public static List<RuleLattice> Find(PageContent page)
    {
        (List<Rule> horizontal, List<Rule> vertical) = RulesOf(page);
        List<RuleLattice> lattices = [];
        if (horizontal.Count + vertical.Count > MaxRules)
            return lattices;
        int[] parent = Enumerable.Range(0, horizontal.Count + vertical.Count).ToArray();
        int Root(int i)
        {
            while (parent[i] != i)
                i = parent[i] = parent[parent[i]];
            return i;
        }

        for (int h = 0; h < horizontal.Count; h++)
            for (int v = 0; v < vertical.Count; v++)
                if (Meet(horizontal[h], vertical[v])) parent[Root(h)] = Root(horizontal.Count + v);
        ILookup<int, Rule> horizontalOf = Enumerable.Range(0, horizontal.Count).ToLookup(Root, i => horizontal[i]);
        ILookup<int, Rule> verticalOf = Enumerable.Range(0, vertical.Count).ToLookup(i => Root(horizontal.Count + i), i => vertical[i]);
        foreach (IGrouping<int, Rule> group in horizontalOf)
        {
            List<Rule> across = [.. group], down = [.. verticalOf[group.Key]];
            if (across.Count == 0 || down.Count == 0)
                continue;
            AddOpenEdges(across, down);
            double[] ys = Positions(across.Select(r => r.At)).Reverse().ToArray();
            double[] xs = Positions(down.Select(r => r.At));
            if (xs.Length >= 2 && ys.Length >= 2)
                lattices.Add(new RuleLattice(xs, ys, across, down));
        }
        return lattices;
    }

    /// <summary>Whether the line above a row is drawn over a column.</summary>
    public bool HasTop(int row, int column) => Covers(Horizontal, Ys[row], Xs[column], Xs[column + 1]);

    /// <summary>Whether the line left of a column is drawn along a row.</summary>
    public bool HasLeft(int row, int column) => Covers(Vertical, Xs[column], Ys[row + 1], Ys[row]);

    /// <summary>A table whose outer lines are not drawn ends where the lines that cross them end.</summary>
    private static void AddOpenEdges(List<Rule> across, List<Rule> down)
    {
        const double Beyond = 12;
        double left = across.Min(r => r.From), right = across.Max(r => r.To), bottom = down.Min(r => r.From), top = down.Max(r => r.To);
        double lowest = Math.Min(bottom, across.Min(r => r.At)), highest = Math.Max(top, across.Max(r => r.At));
        if (down.Min(r => r.At) > left + Beyond) down.Add(new Rule(left, lowest, highest));
        if (down.Max(r => r.At) < right - Beyond) down.Add(new Rule(right, lowest, highest));
        if (across.Min(r => r.At) > bottom + Beyond) across.Add(new Rule(bottom, left, right));
        if (across.Max(r => r.At) < top - Beyond) across.Add(new Rule(top, left, right));
    }

    private static (List<Rule> Horizontal, List<Rule> Vertical) RulesOf(PageContent page)
    {
        List<Rule> horizontal = [], vertical = [];
        List<PageGraphic> shades = page.Graphics.Where(g => g is { IsRectangle: true, Filled: true, White: false, Stroked: false }
            && g.Box.Height > Shortest && g.Box.Width > Shortest).Take(2_000).ToList();
        foreach (PageGraphic g in page.Graphics)
        {
            if (g.Kind != GraphicKind.Path || g.White)
                continue;
            // Word processors shade the paragraphs of a shaded cell once more.
            if (g is { IsRectangle: true, Filled: true, Stroked: false }
                && shades.Exists(s => s.Color == g.Color && IsInside(g.Box, s.Box)))
                continue;
            Box box = g.Box;
            // Some programs draw lines in pieces of a few points, with a dot at every crossing.
            bool piece = (g.IsRectangle || g.Segments == 2) && Math.Min(box.Width, box.Height) <= Thickest;
            if (g.IsHorizontalRule || (piece && box.Height <= Thickest))
                horizontal.Add(new Rule(box.CenterY, box.X0, box.X1));
            if (g.IsVerticalRule || (piece && box.Width <= Thickest))
                vertical.Add(new Rule(box.CenterX, box.Y0, box.Y1));
            if (piece)
                continue;
            if (g.IsHorizontalRule || g.IsVerticalRule)
            {
                continue;
            }
            if (g.IsRectangle && box.Width >= 6 && box.Height >= 6 && (g.Stroked || g.Filled)
                && !(box.Width > 0.9 * page.Box.Width && box.Height > 0.9 * page.Box.Height))
            {
                horizontal.Add(new Rule(box.Y0, box.X0, box.X1));
                horizontal.Add(new Rule(box.Y1, box.X0, box.X1));
                vertical.Add(new Rule(box.X0, box.Y0, box.Y1));
                vertical.Add(new Rule(box.X1, box.Y0, box.Y1));
            }
            if (horizontal.Count + vertical.Count > 4 * MaxRules)
                break;
        }
        return (Join(horizontal).Where(r => r.To - r.From >= Shortest).ToList(), Join(vertical).Where(r => r.To - r.From >= Shortest)
            .ToList());
    }

    private static bool IsInside(Box box, Box outer) => box != outer && box.Area < 0.98 * outer.Area
        && box.X0 >= outer.X0 - 1 && box.X1 <= outer.X1 + 1 && box.Y0 >= outer.Y0 - 1 && box.Y1 <= outer.Y1 + 1;

    /// <summary>Parts of one line become one: broken at crossings, drawn twice, edges of neighbouring cells.</summary>
    private static List<Rule> Join(List<Rule> rules)
    {
        List<Rule> joined = [];
        foreach (List<Rule> line in Lines(rules))
        {
            double at = line.Average(r => r.At);
            double from = double.NaN, to = double.NaN;
            foreach (Rule rule in line.OrderBy(r => r.From))
            {
                if (!double.IsNaN(from) && rule.From <= to + Touch)
                {
                    to = Math.Max(to, rule.To);
                    continue;
                }
                if (!double.IsNaN(from))
                    joined.Add(new Rule(at, from, to));
                (from, to) = (rule.From, rule.To);
            }
            joined.Add(new Rule(at, from, to));
        }
        return joined;
    }

    private static IEnumerable<List<Rule>> Lines(List<Rule> rules)
    {
        List<Rule> line = [];
        foreach (Rule rule in rules.OrderBy(r => r.At))
        {
            if (line.Count > 0 && rule.At - line[^1].At > SameLine / 2)
            {
                yield return line;
                line = [];
            }
            line.Add(rule);
        }
        if (line.Count > 0)
            yield return line;
    }

    private static double[] Positions(IEnumerable<double> all)
    {
        List<double> positions = [];
        List<double> group = [];
        foreach (double at in all.Order())
        {
            if (group.Count > 0 && at - group[^1] > SameLine)
            {
                positions.Add(group.Average());
                group.Clear();
            }
            group.Add(at);
        }
        positions.Add(group.Average());
        return [.. positions];
    }

    private static bool Meet(Rule horizontal, Rule vertical) =>
        vertical.At >= horizontal.From - Touch && vertical.At <= horizontal.To + Touch
        && horizontal.At >= vertical.From - Touch && horizontal.At <= vertical.To + Touch;

    private static bool Covers(List<Rule> rules, double at, double from, double to)
    {
        double covered = 0;
        foreach (Rule rule in rules)
            if (Math.Abs(rule.At - at) <= SameLine + 1) covered += Math.Max(0, Math.Min(rule.To, to) - Math.Max(rule.From, from));
        return covered >= 0.6 * (to - from);
    }

    /// <summary>A straight line: its position across, its extent along.</summary>
    private readonly record struct Rule(double At, double From, double To);
}
