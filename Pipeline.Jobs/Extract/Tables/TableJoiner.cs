using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Tables;

/// <summary>Joins a table with its continuation at the top of the next page; a repeated head is kept once.</summary>
internal static class TableJoiner
{
    private const double SameEdge = 8; // points

    public static void Join(List<TextBlock> blocks, IReadOnlyList<PageContent> pages)
    {
        Dictionary<int, TextAccount> accounts = pages.ToDictionary(p => p.Number, p => p.Account);
        for (int i = 0; i < blocks.Count; i++)
        {
            if (blocks[i].Kind != BlockKind.Table)
                continue;
            while (Next(blocks, i) is { } next && TryJoin(blocks[i], blocks[next], accounts[blocks[next].Page]))
                blocks.RemoveAt(next);
        }
    }

    /// <summary>The table that is the first thing on the next page, when nothing but furniture follows this one on its own.</summary>
    private static int? Next(List<TextBlock> blocks, int at)
    {
        int page = blocks[at].Continued.Count > 0 ? blocks[at].Continued[^1].Page : blocks[at].Page;
        for (int i = at + 1; i < blocks.Count; i++)
        {
            if (blocks[i].Kind.IsFurniture())
                continue;
            return blocks[i].Kind == BlockKind.Table && blocks[i].Page == page + 1 && blocks[i].Caption is null ? i : null;
        }
        return null;
    }

    private static bool TryJoin(TextBlock first, TextBlock second, TextAccount account)
    {
        (TableItem one, TableItem other) = ((TableItem)first.Item!, (TableItem)second.Item!);
        if (one.Rows[0].Count != other.Rows[0].Count || Math.Abs(one.Box.X0 - other.Box.X0) > SameEdge
            || Math.Abs(one.Box.X1 - other.Box.X1) > SameEdge)
            return false;
        int repeated = RepeatedHead(one, other);
        if (repeated == 0 && other.HeaderRows > 0)
            return false;       // a table of its own
        int shift = one.Rows.Count - repeated;
        int dropped = other.Rows.Take(repeated).Sum(r => r.Sum(c => c.Count(letter => letter != ' ')));
        account.Add(CharacterPlace.Table, -dropped);
        account.Add(CharacterPlace.RepeatedHead, dropped);
        first.Item = one with
        {
            Rows = [.. one.Rows, .. other.Rows.Skip(repeated)],
            Spans = [.. one.Spans, .. other.Spans.Where(s => s.Row >= repeated).Select(s => s with { Row = s.Row + shift })],
        };
        first.Continued.Add(new BlockRegion(second.Page, second.Box));
        first.Continued.AddRange(second.Continued);
        return true;
    }

    private static int RepeatedHead(TableItem one, TableItem other)
    {
        int rows = Math.Max(1, one.HeaderRows);
        return other.Rows.Count > rows && one.Rows.Count >= rows
            && Enumerable.Range(0, rows).All(r => one.Rows[r].SequenceEqual(other.Rows[r])) ? rows : 0;
    }
}
