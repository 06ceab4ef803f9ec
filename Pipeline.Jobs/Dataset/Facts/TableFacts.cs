using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>Tables with certain heads: the value of a column in the row that the first column names.</summary>
internal static class TableFacts
{
    private const int MostColumns = 12, MostRowsWithPeers = 60;

    public static IEnumerable<Fact> Of(Chunk chunk)
    {
        List<(ChunkBlock Block, FactTable Table, string Scope, bool Example)> tables = [];
        for (int i = 0; i < chunk.Blocks.Count; i++)
        {
            ChunkBlock block = chunk.Blocks[i];
            if (block.Table is { HeaderRows: 1 or 2 } printed && FactTable.Of(printed) is { } table && !FactScope.IsList(chunk)
                && FactScope.OfCaption(chunk, printed.Caption ?? LeadText.Before(chunk, i)) is { } scope
                && (table.Heads[0].Length > 0 || printed.Caption is not null))
                tables.Add((block, table, scope, FactScope.IsExample(chunk, i)));
        }
        foreach ((ChunkBlock block, FactTable table, string scope, bool example) in tables)
        {
            if (example)
                continue;
            // Two tables with one scope and one head: a question could mean either.
            if (tables.Any(other => !ReferenceEquals(other.Table, table) && other.Scope == scope && other.Table.Heads[0] == table.Heads[0]))
                continue;
            foreach (Fact fact in Cells(chunk, block, table, scope))
                yield return fact;
        }
    }

    private static IEnumerable<Fact> Cells(Chunk chunk, ChunkBlock block, FactTable table, string scope)
    {
        for (int row = 0; row < table.Rows.Count; row++)
        {
            for (int column = 1; column < table.Heads.Count; column++)
            {
                if (!table.IsFact(row, column))
                    continue;
                FactParts parts = new()
                {
                    Kind = "table",
                    Scope = scope,
                    Subject = table.Rows[row][0].Trim(),
                    SubjectHead = table.Heads[0].Length > 0 ? table.Heads[0] : null,
                    Attribute = table.Heads[column],
                    Value = table.ValueOf(row, column),
                    Peers = table.Rows.Count > MostRowsWithPeers ? [] : [.. Enumerable.Range(0, table.Rows.Count)
                        .Where(other => other != row && table.Rows[other][column].Trim().Length > 0)
                        .Select(other => new FactPeer(table.Rows[other][0].Trim(), table.ValueOf(other, column)))],
                    Evidence = $"{string.Join(" | ", table.Heads)}\n{string.Join(" | ", table.Rows[row].Select(cell => cell.Trim()))}",
                };
                if (parts.In(chunk, block) is { } fact)
                    yield return fact;
            }
        }
    }

    /// <summary>A table whose first column names its rows and whose columns each hold one kind of thing.</summary>
    internal sealed record FactTable(IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<string>> Rows,
        IReadOnlyList<ColumnKind> Kinds)
    {
        private string?[] Units { get; init; } = [];

        public static FactTable? Of(DocumentTable table)
        {
            int columns = table.Rows.Count == 0 ? 0 : table.Rows[0].Count;
            if (columns is < 2 or > MostColumns || table.Rows.Count < table.HeaderRows + 2)
                return null;
            // Two rows of heads without one head over several columns are as a rule no heads.
            if (table.HeaderRows > 1 && !table.Spans.Any(span => span.Row == 0 && span.Columns > 1 && span.Columns < columns))
                return null;
            string[] heads = [.. Enumerable.Range(0, columns).Select(column => OneLine(table.HeaderOf(column)))];
            if (!CellText.AreHeads(heads))
                return null;
            List<IReadOnlyList<string>> rows = [];
            for (int i = table.HeaderRows; i < table.Rows.Count; i++)
            {
                string[] cells = [.. table.Rows[i].Select(OneLine)];
                if (cells.Length != columns)
                    return null;
                if (!cells.Select((cell, column) => cell == heads[column]).All(same => same))
                    rows.Add(cells);        // a head that is printed again on the next page is no row
            }
            // A cell over two rows or columns: whose value it is would be a guess.
            if (rows.Count < 2 || table.Spans.Any(span => span.Row >= table.HeaderRows))
                return null;
            if (rows.Any(row => !CellText.IsName(row[0]))
                || rows.Select(row => row[0]).Distinct(StringComparer.OrdinalIgnoreCase).Count() < rows.Count)
                return null;
            if (heads.Where((head, column) => CellText.HoldsACell(head, [.. rows.Select(row => row[column])])).Any())
                return null;
            int filled = rows.Sum(row => row.Count(cell => cell.Length > 0));
            if (filled < 0.6 * rows.Count * columns || rows.Any(row => row.Skip(1).All(cell => cell.Length == 0)))
                return null;
            if (rows.Sum(row => row.Count(CellText.IsBroken)) > 0.1 * filled)
                return null;
            if (columns == 2 && CellText.AreTwoLists(heads, rows))
                return null;
            ColumnKind[] kinds = [.. Enumerable.Range(0, columns).Select(column => CellText.KindOf([.. rows.Select(row => row[column])]))];
            return new FactTable(heads, rows, kinds) { Units = [.. heads.Select(CellText.UnitOfHead)] };
        }

        public bool IsFact(int row, int column) => Heads[column].Length > 0 && CellText.IsValue(Rows[row][column], Kinds[column]);

        /// <summary>The cell, with the unit of its head where it has none itself.</summary>
        public string ValueOf(int row, int column)
        {
            string cell = Rows[row][column];
            return Kinds[column] == ColumnKind.Quantity && Units[column] is { } unit && Quantity.Of(cell) is { Unit: "" }
                ? $"{cell} {unit}" : cell;
        }

        private static string OneLine(string cell) => cell.ReplaceLineEndings(" ").Trim();
    }
}
