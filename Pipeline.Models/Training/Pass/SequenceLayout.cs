namespace Pipeline.Models.Training.Pass;

/// <summary>
/// Where the sequences of a batch lie. Rows of all sequences follow each other without padding; for attention, each gets
/// a block of its own. Both are rounded up a little, so that few different shapes occur: the first product of a new shape
/// costs the matrix library the generation of a kernel, milliseconds each.
/// </summary>
internal sealed class SequenceLayout
{
    private const int BlockGranularity = 16, BatchGranularity = 32;

    private readonly int[] _ofRow, _ofBlockRow; // number of the sequence

    public SequenceLayout(IReadOnlyList<int> lengths)
    {
        var sequences = new Sequence[lengths.Count];
        int start = 0, paddedStart = 0;
        for (int i = 0; i < lengths.Count; i++)
        {
            int padded = RoundUp(lengths[i], BlockGranularity);
            sequences[i] = new Sequence(start, lengths[i], paddedStart, padded);
            (start, paddedStart) = (start + lengths[i], paddedStart + padded);
        }
        (Sequences, Tokens, Rows, PaddedRows) = (sequences, start, RoundUp(start, BatchGranularity), paddedStart);
        Longest = lengths.Max();
        Groups = [.. FindGroups(sequences)];
        _ofRow = [.. sequences.SelectMany((sequence, i) => Enumerable.Repeat(i, sequence.Length))];
        _ofBlockRow = [.. sequences.SelectMany((sequence, i) => Enumerable.Repeat(i, sequence.PaddedLength))];
    }

    /// <summary>The sequences in their order.</summary>
    public IReadOnlyList<Sequence> Sequences { get; }

    /// <summary>Rows that hold a token.</summary>
    public int Tokens { get; }

    /// <summary>Rows of the batch: the tokens and a few that belong to no sequence.</summary>
    public int Rows { get; }

    /// <summary>Rows of all attention blocks together.</summary>
    public int PaddedRows { get; }

    /// <summary>Length of the longest sequence.</summary>
    public int Longest { get; }

    /// <summary>Runs of sequences with equally long blocks, which are computed together.</summary>
    public IReadOnlyList<SequenceGroup> Groups { get; }

    /// <summary>The sequence of a row of the batch that holds a token.</summary>
    public Sequence SequenceOfRow(long row) => Sequences[_ofRow[row]];

    /// <summary>The sequence in whose attention block a row lies.</summary>
    public Sequence SequenceOfBlockRow(long row) => Sequences[_ofBlockRow[row]];

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
/// <param name="Length">Tokens.</param>
/// <param name="PaddedStart">First row of its attention block.</param>
/// <param name="PaddedLength">Rows of that block.</param>
internal readonly record struct Sequence(int Start, int Length, int PaddedStart, int PaddedLength);

/// <summary>Sequences whose attention blocks are equally long and follow each other.</summary>
/// <param name="PaddedStart">First row of the first block.</param>
/// <param name="Count">Blocks.</param>
/// <param name="PaddedLength">Rows of each.</param>
internal readonly record struct SequenceGroup(int PaddedStart, int Count, int PaddedLength);
