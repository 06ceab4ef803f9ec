using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Tables;

/// <summary>The cells of a table that is being read: their places in a grid and the words in them.</summary>
internal sealed partial class TableCells
{
    private readonly List<Cell> _cells = [];
    private int _rows, _columns;

    private TableCells(int rows, int columns) => (_rows, _columns) = (rows, columns);

    /// <summary>Builds a table from a grid.</summary>
    /// <param name="lattice">The drawn lines.</param>
    /// <param name="owner">[row, column]: number of the cell that covers a place.</param>
    /// <param name="words">Words by number of their cell.</param>
    /// <param name="page">The page, for its shades.</param>
    /// <returns>Null when this is no table.</returns>
    public static TableItem? Build(
        RuleLattice lattice, int[,] owner, Dictionary<int, List<(TextWord Word, TextSegment Segment)>> words, PageContent page)
    {
        (int rows, int columns) = (owner.GetLength(0), owner.GetLength(1));
        TableCells table = new(rows, columns);
        foreach (IGrouping<int, (int Row, int Column)> group in Places(owner).GroupBy(p => owner[p.Row, p.Column], p => p))
        {
            int top = group.Min(p => p.Row), left = group.Min(p => p.Column);
            int height = group.Max(p => p.Row) - top + 1, width = group.Max(p => p.Column) - left + 1;
            Box box = new(lattice.Xs[left], lattice.Ys[top + height], lattice.Xs[left + width], lattice.Ys[top]);
            table._cells.Add(new Cell(top, left, height, width, box, LinesOf(words.GetValueOrDefault(group.Key) ?? [])));
        }
        table.DropEmptyTracks();
        table.SplitRows();
        return table.ToItem(lattice.Box, page, 0.35, null);
    }

    /// <summary>Builds a table from rows of text.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="cells">Cells; those not given are empty.</param>
    /// <param name="area">Place of the table.</param>
    /// <param name="page">The page, for its shades.</param>
    /// <param name="headerRows">Rows that a line shows to be heads; null where none does.</param>
    public static TableItem? Build(int rows, int columns, IEnumerable<Cell> cells, Box area, PageContent page, int? headerRows)
    {
        TableCells table = new(rows, columns);
        table._cells.AddRange(cells);
        return table.ToItem(area, page, 0, headerRows);
    }

    private static IEnumerable<(int Row, int Column)> Places(int[,] owner)
    {
        for (int row = 0; row < owner.GetLength(0); row++)
            for (int column = 0; column < owner.GetLength(1); column++)
                yield return (row, column);
    }

    internal static List<CellLine> LinesOf(List<(TextWord Word, TextSegment Segment)> words)
    {
        List<CellLine> lines = [];
        foreach ((TextWord word, TextSegment segment) in words.OrderByDescending(w => w.Segment.Baseline).ThenBy(w => w.Word.Box.X0))
        {
            if (lines.Count > 0 && lines[^1].Baseline - segment.Baseline <= 0.4 * segment.Size)
                lines[^1].Words.Add((word, segment));
            else
                lines.Add(new CellLine(segment.Baseline, [(word, segment)]));
        }
        foreach (CellLine line in lines)
            line.Words.Sort((a, b) => a.Word.Box.X0.CompareTo(b.Word.Box.X0));
        return lines;
    }

    /// <summary>Double lines make narrow columns and rows without text.</summary>
    private void DropEmptyTracks()
    {
        for (int row = _rows - 1; row >= 0; row--)
        {
            Cell[] inRow = _cells.Where(c => c.Row <= row && row < c.Row + c.Rows).ToArray();
            if (inRow.All(c => c.Rows > 1 || (c.Lines.Count == 0 && c.Box.Height < 5)))
            {
                foreach (Cell cell in inRow) cell.Rows--;
                foreach (Cell cell in _cells.Where(c => c.Row > row)) cell.Row--;
                _cells.RemoveAll(c => c.Rows == 0);
                _rows--;
            }
        }
        for (int column = _columns - 1; column >= 0; column--)
        {
            Cell[] inColumn = _cells.Where(c => c.Column <= column && column < c.Column + c.Columns).ToArray();
            if (inColumn.All(c => c.Columns > 1 || (c.Lines.Count == 0 && c.Box.Width < 9)))
            {
                foreach (Cell cell in inColumn) cell.Columns--;
                foreach (Cell cell in _cells.Where(c => c.Column > column)) cell.Column--;
                _cells.RemoveAll(c => c.Columns == 0);
                _columns--;
            }
        }
    }

    /// <summary>
    /// Where no line is drawn between rows, text that was broken on purpose, side by side in several columns, makes rows.
    /// </summary>
    private void SplitRows()
    {
        for (int row = _rows - 1; row >= 0; row--)
        {
            Cell[] cells = _cells.Where(c => c.Row == row && c.Rows == 1).ToArray();
            if (cells.Length < 2)
                continue;
            List<double> starts = RowStarts(cells, _cells.Exists(c => c.Rows > 1 && c.Row <= row && row < c.Row + c.Rows));
            if (starts.Count < 2)
                continue;
            int added = starts.Count - 1;
            foreach (Cell over in _cells.Where(c => c.Rows > 1 && c.Row <= row && row < c.Row + c.Rows)) over.Rows += added;
            foreach (Cell below in _cells.Where(c => c.Row > row)) below.Row += added;
            _rows += added;
            foreach (Cell cell in cells)
            {
                _cells.Remove(cell);
                for (int part = 0; part < starts.Count; part++)
                {
                    double top = part == 0 ? double.MaxValue : starts[part] + 3;
                    double bottom = part == starts.Count - 1 ? double.MinValue : starts[part + 1] + 3;
                    List<CellLine> lines = cell.Lines.Where(l => l.Baseline <= top && l.Baseline > bottom).ToList();
                    Box box = cell.Box with
                    {
                        Y1 = part == 0 ? cell.Box.Y1 : top,
                        Y0 = part == starts.Count - 1 ? cell.Box.Y0 : bottom,
                    };
                    _cells.Add(new Cell(row + part, cell.Column, 1, cell.Columns, box, lines));
                }
            }
        }
    }

    private static List<double> RowStarts(Cell[] cells, bool besideOthers)
    {
        int pairs = 0, deliberate = 0, several = 0, numbers = 0;
        foreach (Cell cell in cells)
        {
            several += cell.Lines.Count > 1 ? 1 : 0;
            for (int i = 1; i < cell.Lines.Count; i++)
            {
                pairs++;
                double needed = cell.Lines[i].Words[0].Word.Box.Width + 0.4 * cell.Lines[i].Words[0].Segment.Size;
                (string above, string below) = (cell.Lines[i - 1].Text, cell.Lines[i].Text);
                // What follows in brackets says the same in another unit.
                bool values = TextTables.IsValue(below) && TextTables.IsValue(above) && (above[0] == '(' || below[0] != '(');
                if (values || cell.Lines[i - 1].Right + needed < cell.Box.X1 - 3) deliberate++;
                numbers += values ? 1 : 0;
            }
        }
        // Columns of numbers tell rows even where texts beside them are wrapped.
        if (several < 2 || pairs < 3 || ((deliberate < 0.6 * pairs || besideOthers) && numbers < 4))
            return [];
        List<double> baselines = [];
        int filled = cells.Count(c => c.Lines.Count > 0);
        foreach (IGrouping<double, CellLine> near in cells.SelectMany(c => c.Lines).GroupBy(l => Math.Round(l.Baseline / 3)))
            if (near.Count() >= Math.Max(2, 0.5 * filled)) baselines.Add(near.Max(l => l.Baseline));
        baselines.Sort((a, b) => b.CompareTo(a));
        for (int i = baselines.Count - 1; i > 0; i--)
            if (baselines[i - 1] - baselines[i] < 5) baselines.RemoveAt(i);
        return baselines;
    }

    private TableItem? ToItem(Box area, PageContent page, double leastFilled, int? headerRows)
    {
        int filled = _cells.Count(c => c.Lines.Count > 0);
        if (_rows < 2 || _columns < 2 || filled < 4 || filled < leastFilled * _cells.Count)
            return null;
        if (Enumerable.Range(0, _columns).Count(column => _cells.Exists(c => c.Column == column && c.Lines.Count > 0)) < 2)
            return null;
        string[][] rows = Enumerable.Range(0, _rows).Select(_ => Enumerable.Repeat("", _columns).ToArray()).ToArray();
        foreach (Cell cell in _cells)
            rows[cell.Row][cell.Column] = cell.Text;
        return new TableItem(area, rows, headerRows ?? HeaderRows(page))
        {
            Spans = _cells.Where(c => c.Rows > 1 || c.Columns > 1).OrderBy(c => c.Row).ThenBy(c => c.Column)
                .Select(c => new CellSpan(c.Row, c.Column, c.Rows, c.Columns)).ToList(),
        };
    }

    /// <summary>Rows that certainly are heads: bold, shaded or without numbers above columns of numbers, unlike the rows below.</summary>
    private int HeaderRows(PageContent page)
    {
        Cell[] first = _cells.Where(c => c.Row == 0).ToArray();
        int rows = Math.Max(1, first.Min(c => c.Lines.Count == 0 ? int.MaxValue : c.Rows) is var least && least < int.MaxValue ? least : 1);
        // A head that spans columns has the heads of those columns below it.
        if (first.Any(c => c.Columns > 1 && c.Columns < _columns && c.Lines.Count > 0))
            rows = Math.Max(rows + 1, first.Max(c => c.Rows));
        if (rows >= _rows)
            return 0;
        Cell[] heads = _cells.Where(c => c.Row < rows && c.Lines.Count > 0).ToArray();
        Cell[] body = _cells.Where(c => c.Row >= rows && c.Lines.Count > 0).ToArray();
        if (heads.Length < 0.5 * _columns && !heads.Any(c => c.Columns > 1) && heads.Length < 2)
            return 0;
        // Amounts in bold are sums.
        bool sums = heads.Any(c => c.Column > 0 && IsNumber(c.Text) && !c.Text.Any(char.IsLetter) && !Year().IsMatch(c.Text));
        bool bold = heads.All(c => c.IsBold) && !sums && body.Count(c => c.IsBold) < 0.5 * body.Length;
        uint shade = ShadeOf(heads[0].Box, page);
        bool shaded = shade != uint.MaxValue && heads.All(c => ShadeOf(c.Box, page) == shade)
            && body.Count(c => ShadeOf(c.Box, page) == shade) < 0.4 * body.Length;
        bool sideways = heads.Where(c => c.Column > 0).All(c => c.IsSideways) && heads.Any(c => c.IsSideways)
            && !body.Any(c => c.IsSideways);
        return bold || shaded || sideways || NumbersBelow(heads, body) ? rows : 0;
    }

    private static bool NumbersBelow(Cell[] heads, Cell[] body)
    {
        if (heads.Any(c => c.Column > 0 && IsNumber(c.Text)))
            return false;
        foreach (IGrouping<int, Cell> column in body.Where(c => c.Column > 0).GroupBy(c => c.Column))
            if (column.Count() >= 2 && column.Count(c => IsNumber(c.Text)) >= 0.7 * column.Count()) return true;
        return false;
    }

    internal static bool IsNumber(string text)
    {
        int digits = text.Count(char.IsAsciiDigit), letters = text.Count(char.IsLetter);
        return digits > 0 && letters <= 1 + digits / 2;
    }

    [GeneratedRegex(@"^(FY)? ?(1[89]|20)\d\d( ?[-–/] ?\d{2,4})?$", RegexOptions.CultureInvariant)]
    private static partial Regex Year();

    private static uint ShadeOf(Box box, PageContent page)
    {
        uint shade = uint.MaxValue;
        foreach (PageGraphic g in page.Graphics)
        {
            if (g.Kind == GraphicKind.Path && g.Filled && !g.White && g.Box.Height > 5
                && g.Box.OverlapX(box) > 0.7 * box.Width && g.Box.OverlapY(box) > 0.6 * box.Height && g.Box.Area < 0.8 * page.Box.Area)
                shade = g.Color;
        }
        return shade;
    }

    [GeneratedRegex(@"(?<=\w\W{0,3}?)(\s*\.){4,}\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Leader();

    internal sealed class Cell(int row, int column, int rows, int columns, Box box, List<CellLine> lines)
    {
        public int Row { get; set; } = row;

        public int Column { get; set; } = column;

        public int Rows { get; set; } = rows;

        public int Columns { get; set; } = columns;

        public Box Box { get; } = box;

        public List<CellLine> Lines { get; } = lines;

        /// <summary>Its lines in one, without the dots that lead to the next cell.</summary>
        public string Text => Leader().Replace(Lines.Select(l => l.Text).Aggregate("", DocumentStyle.JoinPlain), "");

        /// <summary>Its text runs up or down the page.</summary>
        public bool IsSideways => Lines.Count > 0 && Lines.TrueForAll(l => l.Words.TrueForAll(w => w.Segment.Turn != 0));

        public bool IsBold => Lines.TrueForAll(l => l.Words.TrueForAll(w => w.Segment.Bold));
    }

    internal sealed record CellLine(double Baseline, List<(TextWord Word, TextSegment Segment)> Words)
    {
        public string Text => string.Join(' ', Words.Select(w => w.Word.Text));

        public double Right => Words.Max(w => w.Word.Box.X1);
    }
}
