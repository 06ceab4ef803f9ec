namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Lengths of pieces by a tokenizer.</summary>
internal static class PieceTokens
{
    private const int LineEnds = 2;     // the empty line after a block

    public static int Of(Piece piece, Func<string, int> countTokens) => piece.Text.Length == 0
        ? 0
        : countTokens(piece.Text) + LineEnds + (piece.Block.Marker is null ? 0 : 3);
}
