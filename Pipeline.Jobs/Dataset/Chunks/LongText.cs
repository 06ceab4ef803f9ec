using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Divides what is longer than a chunk may be; nothing gets lost.</summary>
internal static class LongText
{
    /// <summary>
    /// The piece in parts of at most a number of tokens: tables by rows, programs by lines, texts by sentences, words, last by
    /// characters.
    /// </summary>
    public static IEnumerable<Piece> Divide(Piece piece, int most, Func<string, int> countTokens)
    {
        if (piece.Tokens <= most)
            return [piece];
        if (piece.Table is not null)
            return Rows(piece, piece.Table, most, countTokens);
        return piece.IsText ? Texts(piece, most, countTokens) : [piece];
    }

    private static List<Piece> Texts(Piece piece, int most, Func<string, int> countTokens)
    {
        List<Piece> parts = [];
        Stack<Piece> open = new([piece]);
        while (open.TryPop(out Piece? next))
        {
            int middle = next.Tokens <= most || next.Text.Length < 2 ? 0 : Middle(next);
            if (middle <= 0)
            {
                parts.Add(next);
                continue;
            }
            Piece first = next.Part(0, middle), second = next.Part(middle, next.Text.Length);
            first.Tokens = PieceTokens.Of(first, countTokens);
            second.Tokens = PieceTokens.Of(second, countTokens);
            open.Push(second);
            open.Push(first);
        }
        return parts;
    }

    /// <summary>The best place to divide near the middle.</summary>
    private static int Middle(Piece piece)
    {
        string text = piece.Text;
        int middle = text.Length / 2, reach = Math.Max(1, text.Length / 4);
        bool code = piece.Block.Kind == BlockKind.Code;
        int best = code ? Nearest(i => text[i - 1] == '\n' && i > 1 && text[i - 2] == '\n') : Nearest(i => SentenceBounds.IsStart(text, i));
        if (best < 0) best = Nearest(i => text[i - 1] == '\n');
        if (best < 0) best = Nearest(i => text[i - 1] is '，' or '、' || (text[i - 1] == ' ' && i > 1 && text[i - 2] is ';' or ':'));
        if (best < 0) best = Nearest(i => char.IsWhiteSpace(text[i - 1]));
        if (best >= 0)
            return best;
        return char.IsLowSurrogate(text[middle]) && middle > 1 && char.IsHighSurrogate(text[middle - 1]) ? middle - 1 : middle;

        int Nearest(Func<int, bool> at)
        {
            for (int away = 0; away <= reach; away++)
            {
                if (middle - away > 0 && at(middle - away))
                    return middle - away;
                if (middle + away < text.Length && middle + away > 0 && at(middle + away))
                    return middle + away;
            }
            return -1;
        }
    }

    private static List<Piece> Rows(Piece piece, DocumentTable table, int most, Func<string, int> countTokens)
    {
        List<Piece> parts = [];
        int first = table.HeaderRows;
        while (first < table.Rows.Count)
        {
            Piece? fits = null;
            int count = 0, step = table.Rows.Count - first;
            // Doubling and halving: a table of thousands of rows is not counted once for each.
            for (int tried = 1; tried <= step; tried = Math.Min(step, tried * 2))
            {
                Piece part = Part(first, tried);
                if (part.Tokens > most)
                {
                    step = tried;
                    break;
                }
                (fits, count) = (part, tried);
                if (tried == step)
                    break;
            }
            int low = count, high = step;
            while (count > 0 && high - low > 1)
            {
                int tried = (low + high) / 2;
                Piece part = Part(first, tried);
                if (part.Tokens > most)
                    high = tried;
                else
                    (low, fits, count) = (tried, part, tried);
            }
            if (fits is null)
            {
                parts.AddRange(Cells(first));
                count = 1;
            }
            else
            {
                parts.Add(fits);
            }
            first += count;
        }
        return parts.Count > 0 ? parts : [piece];

        int Own(int row, int count) => table.Rows.Skip(row).Take(count).Sum(TableText.Characters)
            + (row == table.HeaderRows ? table.Rows.Take(table.HeaderRows).Sum(TableText.Characters) : 0);

        Piece Part(int row, int count)
        {
            DocumentTable rows = TableText.Rows(table, row, count);
            Piece part = new() { Block = piece.Block, Text = TableText.Markdown(rows), Characters = Own(row, count), Table = rows };
            part.Tokens = PieceTokens.Of(part, countTokens);
            return part;
        }

        // One row that is longer than a chunk is no table any more: its cells one after the other.
        IEnumerable<Piece> Cells(int row)
        {
            DocumentBlock block = piece.Block with { Kind = BlockKind.Paragraph, Text = string.Join('\n', table.Rows[row]), Spans = null };
            Piece cells = new() { Block = block, Text = block.Text, Characters = Own(row, 1), IsWhole = true };
            cells.Tokens = PieceTokens.Of(cells, countTokens);
            int own = cells.Characters;
            foreach (Piece part in Texts(cells, most, countTokens))
            {
                yield return new Piece { Block = block, Text = part.Text, Characters = own, Tokens = part.Tokens, IsWhole = true };
                own = 0;
            }
        }
    }
}
