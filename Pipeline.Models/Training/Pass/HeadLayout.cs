using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>
/// How heads lie for attention: a sequence's block of P rows holds the queries as [kv heads, P, group, head] (query heads
/// that share a key side by side, so that they are rows of one product), keys and values as [kv heads, P, head].
/// </summary>
/// <param name="Sequences">Where the sequences lie.</param>
/// <param name="KvHeads">Heads of keys and values.</param>
/// <param name="Group">Query heads of each.</param>
/// <param name="HeadSize">Width of a head.</param>
/// <param name="Cos">[positions, rotated / 2] for sequences up to the boundary of longrope, or all.</param>
/// <param name="Sin">As <paramref name="Cos"/>.</param>
/// <param name="LongCos">For the longer ones; the same as <paramref name="Cos"/> without longrope.</param>
/// <param name="LongSin">As <paramref name="LongCos"/>.</param>
/// <param name="LongFrom">Length from which a sequence takes the long tables.</param>
internal sealed record HeadLayout(SequenceLayout Sequences, int KvHeads, int Group, int HeadSize, Tensor Cos, Tensor Sin, Tensor LongCos, Tensor LongSin, long LongFrom)
{
    /// <summary>Query heads.</summary>
    public int Heads => KvHeads * Group;

    /// <summary>The tables of a sequence.</summary>
    public (Tensor Cos, Tensor Sin) TablesOf(Sequence sequence) => sequence.Length >= LongFrom ? (LongCos, LongSin) : (Cos, Sin);
}

/// <summary>Which queries and keys a block of scores holds.</summary>
/// <param name="FirstQuery">Position of the first query.</param>
/// <param name="Group">Rows for each position.</param>
/// <param name="Scale">By what scores are multiplied.</param>
/// <param name="Window">Keys that a query sees at most, itself included; null for all before it.</param>
internal readonly record struct ScoreBlock(int FirstQuery, int Group, float Scale, int? Window)
{
    /// <summary>Keys that a row may see: from the first to (not including) the second.</summary>
    public (int First, int End) KeysOf(long row)
    {
        int query = FirstQuery + (int)(row / Group);
        return (Window is { } most ? Math.Max(0, query + 1 - most) : 0, query + 1);
    }
}
