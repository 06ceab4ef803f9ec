using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Leaves out what cannot be read: whole blocks, or the sentences of a block that have broken characters.</summary>
internal static class UnreadablePieces
{
    public static void Mark(List<Piece> pieces)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            Piece piece = pieces[i];
            if (piece.Reason is not null || piece.Text.Length == 0)
                continue;
            bool code = piece.Block.Kind is BlockKind.Code or BlockKind.Formula;
            if (piece.Table is not null)
            {
                if (piece.Table.Rows.Any(r => r.Any(c => BrokenText.HasBroken(c)))) piece.LeaveOut(Reasons.Unreadable);
            }
            else if (code ? BrokenText.HasBroken(piece.Text.AsSpan().Trim()) && HasLost(piece.Text) : BrokenText.IsUnreadable(piece.Text))
            {
                piece.LeaveOut(Reasons.Unreadable);
            }
            else if (!code && piece.IsText && piece.Block.Kind != BlockKind.Heading && BrokenText.HasBroken(piece.Text))
            {
                List<Piece> parts = Sentences(piece);
                pieces.RemoveAt(i);
                pieces.InsertRange(i, parts);
                i += parts.Count - 1;
            }
        }
    }

    private static bool HasLost(string text) => text.Any(c => c is '\ufffd' or '\0' or (>= '\ue000' and <= '\uf8ff'));

    /// <summary>Runs of sentences that can be read, and the others.</summary>
    private static List<Piece> Sentences(Piece piece)
    {
        List<Piece> parts = [];
        int start = 0, end = 0;
        bool bad = false;
        foreach ((int from, int to) in SentenceBounds.Of(piece.Text))
        {
            bool broken = BrokenText.HasBroken(piece.Text.AsSpan(from, to - from));
            if (broken != bad && end > start) Close();
            (end, bad) = (to, broken);
        }
        Close();
        return parts;

        void Close()
        {
            Piece part = piece.Part(start, end);
            if (bad) part.LeaveOut(Reasons.Unreadable);
            parts.Add(part);
            start = end;
        }
    }
}
