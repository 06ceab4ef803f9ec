using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>
/// How heads are laid out for attention: a sequence's block of P rows holds the queries as [kv heads, P, group, head] (query
/// heads that share a key side by side, so that they are rows of one product), keys and values as [kv heads, P, head].
/// </summary>
/// <param name="Sequences">Location of the sequences.</param>
/// <param name="KvHeads">Number of key and value heads.</param>
/// <param name="Group">Query heads per key head.</param>
/// <param name="HeadSize">Width of a head.</param>
/// <param name="Cos">[positions, rotated / 2] for sequences up to the longrope boundary, or for all.</param>
/// <param name="Sin">As <paramref name="Cos"/>.</param>
/// <param name="LongCos">For longer ones; the same as <paramref name="Cos"/> without longrope.</param>
/// <param name="LongSin">As <paramref name="LongCos"/>.</param>
/// <param name="LongFrom">Length from which a sequence uses the long tables.</param>
internal sealed record HeadLayout(SequenceLayout Sequences, int KvHeads, int Group, int HeadSize, Tensor Cos, Tensor Sin, Tensor LongCos,
    Tensor LongSin, long LongFrom)
{
    /// <summary>Number of query heads.</summary>
    public int Heads => KvHeads * Group;

    /// <summary>The rotary tables for a sequence.</summary>
    public (Tensor Cos, Tensor Sin) TablesOf(Sequence sequence) => sequence.Span >= LongFrom ? (LongCos, LongSin) : (Cos, Sin);
}

/// <summary>Which queries and keys a block of scores holds.</summary>
/// <param name="FirstQuery">Position of the first query.</param>
/// <param name="Group">Rows per position.</param>
/// <param name="Scale">Factor applied to the scores.</param>
/// <param name="Window">Maximum keys a query sees, itself included; null for all before it.</param>
internal readonly record struct ScoreBlock(int FirstQuery, int Group, float Scale, int? Window)
{
    /// <summary>Keys a row may see: from the first up to, but not including, the second.</summary>
    public (int First, int End) KeysOf(long row)
    {
        int query = FirstQuery + (int)(row / Group);
        return (Window is { } most ? Math.Max(0, query + 1 - most) : 0, query + 1);
    }
}
