using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Tables;

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
        Separate(lattice, owner, words);
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

    /// <summary>
    /// A cell without a line in it is two cells where its text stands apart on both sides of a place at which other rows have a line.
    /// </summary>
    private static void Separate(RuleLattice lattice, int[,] owner, List<(TextWord Word, TextSegment Segment)> words)
    {
        (int rows, int columns) = (owner.GetLength(0), owner.GetLength(1));
        for (int row = 0; row < rows; row++)
        {
            for (int column = 1; column < columns; column++)
            {
                int cell = owner[row, column];
                if (owner[row, column - 1] != cell || (row > 0 && owner[row - 1, column] == cell)
                    || (row + 1 < rows && owner[row + 1, column] == cell))
                    continue;
                double border = lattice.Xs[column];
                (TextWord Word, TextSegment Segment)[] inside = words.Where(w => w.Word.Box.CenterY < lattice.Ys[row]
                    && w.Word.Box.CenterY > lattice.Ys[row + 1] && Index(lattice.Xs, w.Word.Box.CenterX, descending: false) is var at
                    && owner[row, at] == cell).ToArray();
                double left = inside.Where(w => w.Word.Box.CenterX < border).Select(w => w.Word.Box.X1).DefaultIfEmpty(double.NaN).Max();
                double right = inside.Where(w => w.Word.Box.CenterX >= border).Select(w => w.Word.Box.X0).DefaultIfEmpty(double.NaN).Min();
                if (!(right - left > 0.9 * inside.Select(w => w.Segment.Size).DefaultIfEmpty(0).Max()) || left > border + 1
                    || right < border - 1)
                    continue;
                for (int c = column; c < columns && owner[row, c] == cell; c++)
                    owner[row, c] = row * columns + column;
            }
        }
    }

    private static int Index(double[] edges, double at, bool descending)
    {
        int index = 0;
        while (index < edges.Length - 2 && (descending ? at < edges[index + 1] : at > edges[index + 1]))
            index++;
        return index;
    }
}
