using Pipeline.Models.Runtime;

namespace Pipeline.Models.Batching;

/// <summary>Computes pieces of many sequences in one forward pass.</summary>
internal interface IBatchPass : IDisposable
{
    /// <summary>Puts keys and values of the pieces into the blocks of their sequences and scores what may follow.</summary>
    /// <param name="pieces">Those with the same adapter should follow each other: their rows are one product.</param>
    /// <param name="isDecoding">Whether each piece is the newest token of its sequence, rather than part of a prompt.</param>
    /// <returns>[pieces that want scores, vocab] float32, in their order; valid until the next call; may be changed.</returns>
    Matrix Run(IReadOnlyList<PassPiece> pieces, bool isDecoding);
}

/// <summary>Consecutive tokens of a sequence.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Start">First token; all before it have been computed.</param>
/// <param name="Count">Tokens.</param>
/// <param name="WantsScores">Whether the token after the last one is to be chosen.</param>
internal readonly record struct PassPiece(BatchSequence Sequence, int Start, int Count, bool WantsScores);
