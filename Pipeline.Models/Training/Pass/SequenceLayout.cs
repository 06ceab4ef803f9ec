namespace Pipeline.Models.Training.Pass;

/// <summary>
/// Where the sequences of a batch lie. Rows of all sequences are concatenated without padding; for attention, each gets
/// its own block. Both are rounded up a little to keep the number of distinct shapes small: the first product of a new
/// shape makes the matrix library generate a kernel, which takes milliseconds.
/// </summary>
internal sealed class SequenceLayout
{
    private const int BlockGranularity = 16, BatchGranularity = 32;

    private readonly int[] _ofRow, _ofBlockRow; // sequence index

    /// <param name="lengths">Tokens of each sequence.</param>
    /// <param name="parts">
    /// For each sequence the lengths of its parts, each of which counts its positions from 0; null, or none for a sequence, where
    /// positions run through.
    /// </param>
    public SequenceLayout(IReadOnlyList<int> lengths, IReadOnlyList<IReadOnlyList<int>>? parts = null)
    {
        Sequence[] sequences = new Sequence[lengths.Count];
        int start = 0, paddedStart = 0;
        for (int i = 0; i < lengths.Count; i++)
        {
            int padded = RoundUp(lengths[i], BlockGranularity);
            int[]? positions = PositionsOf(parts?[i] ?? []);
            sequences[i] = new Sequence(start, lengths[i], paddedStart, padded, positions?.Max() + 1 ?? lengths[i], positions);
            (start, paddedStart) = (start + lengths[i], paddedStart + padded);
        }
        (Sequences, Tokens, Rows, PaddedRows) = (sequences, start, RoundUp(start, BatchGranularity), paddedStart);
        Longest = sequences.Max(sequence => sequence.Span);
        Groups = [.. FindGroups(sequences)];
        _ofRow = [.. sequences.SelectMany((sequence, i) => Enumerable.Repeat(i, sequence.Length))];
        _ofBlockRow = [.. sequences.SelectMany((sequence, i) => Enumerable.Repeat(i, sequence.PaddedLength))];
    }

    /// <summary>The sequences in order.</summary>
    public IReadOnlyList<Sequence> Sequences { get; }

    /// <summary>Rows that hold a token.</summary>
    public int Tokens { get; }

    /// <summary>Rows of the batch: the tokens plus a few that belong to no sequence.</summary>
    public int Rows { get; }

    /// <summary>Total rows of all attention blocks.</summary>
    public int PaddedRows { get; }

    /// <summary>Number of positions that the longest sequence, or part of one, counts.</summary>
    public int Longest { get; }

    /// <summary>Runs of sequences with equally long blocks, which are computed together.</summary>
    public IReadOnlyList<SequenceGroup> Groups { get; }

    /// <summary>The sequence of a batch row that holds a token.</summary>
    public Sequence SequenceOfRow(long row) => Sequences[_ofRow[row]];

    /// <summary>The sequence whose attention block contains a row.</summary>
    public Sequence SequenceOfBlockRow(long row) => Sequences[_ofBlockRow[row]];

    private static int[]? PositionsOf(IReadOnlyList<int> parts) =>
        parts.Count < 2 ? null : [.. parts.SelectMany(length => Enumerable.Range(0, length))];

    private static int RoundUp(int length, int granularity) => (length + granularity - 1) / granularity * granularity;

    private static IEnumerable<SequenceGroup> FindGroups(Sequence[] sequences)
    {
        for (int first = 0, next; first < sequences.Length; first = next)
        {
            for (next = first + 1; next < sequences.Length && sequences[next].PaddedLength == sequences[first].PaddedLength;)
                next++;
            yield return new SequenceGroup(sequences[first].PaddedStart, next - first, sequences[first].PaddedLength);
        }
    }
}

/// <summary>One sequence.</summary>
/// <param name="Start">Its first row in the batch.</param>
/// <param name="Length">Number of tokens.</param>
/// <param name="PaddedStart">First row of its attention block.</param>
/// <param name="PaddedLength">Rows of that block.</param>
/// <param name="Span">Number of positions that are counted.</param>
/// <param name="Positions">Position of each token for the rotary embedding; null where they run through from 0.</param>
internal readonly record struct Sequence(int Start, int Length, int PaddedStart, int PaddedLength, int Span, int[]? Positions)
{
    /// <summary>The position of a token.</summary>
    public int PositionOf(int token) => Positions is null ? token : Positions[token];
}

/// <summary>Consecutive sequences whose attention blocks are equally long.</summary>
/// <param name="PaddedStart">First row of the first block.</param>
/// <param name="Count">Number of blocks.</param>
/// <param name="PaddedLength">Rows per block.</param>
internal readonly record struct SequenceGroup(int PaddedStart, int Count, int PaddedLength);
