using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Reads the words of a page into the cells of a drawn grid.</summary>
internal static class LatticeTable
{
    /// <returns>Null when the grid does not hold a table: too few cells with text, or a frame around something else.</returns>
    public static TableItem? Read(RuleLattice lattice, PageContent page)
    {
        int rows = lattice.Ys.Length - 1, columns = lattice.Xs.Length - 1;
        if (columns < 2 || rows * columns > 20_000)
            return null;
        List<(TextWord Word, TextSegment Segment)> words = [];
        Box area = lattice.Box.Inflate(2);
        foreach (TextSegment segment in page.Segments)
            foreach (TextWord word in segment.Words)
                if (area.ContainsCenterOf(word.Box)) words.Add((word, segment));
        if (words.Count < 4)
            return null;

        int[,] owner = Merge(lattice, rows, columns);
        Dictionary<int, List<(TextWord Word, TextSegment Segment)>> inCell = [];
        foreach ((TextWord Word, TextSegment Segment) word in words)
        {
            int row = Index(lattice.Ys, word.Word.Box.CenterY, descending: true);
            int column = Index(lattice.Xs, word.Word.Box.CenterX, descending: false);
            int cell = owner[row, column];
            if (!inCell.TryGetValue(cell, out List<(TextWord Word, TextSegment Segment)>? list))
                inCell[cell] = list = [];
            list.Add(word);
        }
        return TableCells.Build(lattice, owner, inCell, page);
    }

    /// <summary>Joins places between which no line is drawn, where the result is a rectangle.</summary>
    /// <returns>[row, column]: number of the first place of the cell that covers it.</returns>
    private static int[,] Merge(RuleLattice lattice, int rows, int columns)
    {
        int[] parent = Enumerable.Range(0, rows * columns).ToArray();
        int Root(int i)
        {
            while (parent[i] != i)
                i = parent[i] = parent[parent[i]];
            return i;
        }

        void Unite(int a, int b)
        {
            (int one, int other) = (Root(a), Root(b));
            parent[Math.Max(one, other)] = Math.Min(one, other);
        }

        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                if (column > 0 && !lattice.HasLeft(row, column)) Unite(row * columns + column, row * columns + column - 1);
                if (row > 0 && !lattice.HasTop(row, column)) Unite(row * columns + column, (row - 1) * columns + column);
            }
        }
        int[,] owner = new int[rows, columns];
        foreach (IGrouping<int, int> group in Enumerable.Range(0, rows * columns).GroupBy(Root))
        {
            int top = group.Min(i => i / columns), bottom = group.Max(i => i / columns);
            int left = group.Min(i => i % columns), right = group.Max(i => i % columns);
            bool rectangle = group.Count() == (bottom - top + 1) * (right - left + 1);
            foreach (int place in group)
                owner[place / columns, place % columns] = rectangle ? group.Key : place;
        }
        return owner;
    }

    private static int Index(double[] edges, double at, bool descending)
    {
        int index = 0;
        while (index < edges.Length - 2 && (descending ? at < edges[index + 1] : at > edges[index + 1]))
            index++;
        return index;
    }
}
