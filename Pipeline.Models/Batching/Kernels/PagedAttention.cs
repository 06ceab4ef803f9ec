using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;

namespace Pipeline.Models.Batching.Kernels;

/// <summary>
/// Softmax attention of any queries over the blocks of their own sequences. A query's result depends on nothing but its sequence:
/// not on the other queries, nor on how a prompt was cut up. Reference for the layout: PagedAttention (arXiv:2309.06180).
/// </summary>
internal static unsafe class PagedAttention
{
    private const int Lanes = VectorMath.Lanes;
    private const int Queries = 4;      // computed together, so that each key and value is loaded once for them

    /// <summary>Computes attention for pieces of sequences.</summary>
    /// <typeparam name="T">How keys and values are stored.</typeparam>
    /// <param name="blocks">Keys and values, those of the pieces included.</param>
    /// <param name="layer">Layer.</param>
    /// <param name="pieces">Consecutive rows of <paramref name="query"/>.</param>
    /// <param name="heads">Shape of the heads.</param>
    /// <param name="query">[rows, heads × head] float32, rotated.</param>
    /// <param name="result">[rows, heads × head] float32.</param>
    public static void Run<T>(KvBlocks blocks, int layer, IReadOnlyList<Piece> pieces, in HeadShape heads, Matrix query, Matrix result)
        where T : struct, IElement
    {
        HeadShape shape = heads;
        int[] firstUnits = new int[pieces.Count + 1];
        for (int i = 0; i < pieces.Count; i++)
            firstUnits[i + 1] = firstUnits[i] + UnitsOf(pieces[i], shape) * shape.KvHeads;
        KernelThreads.Run(firstUnits[^1], unit =>
        {
            int piece = Array.BinarySearch(firstUnits, (int)unit);
            piece = piece >= 0 ? piece : ~piece - 1;
            int within = (int)unit - firstUnits[piece], units = UnitsOf(pieces[piece], shape);
            Attend<T>(blocks, layer, pieces[piece], shape, within / units, within % units * Queries, query, result);
        });
    }

    private static int UnitsOf(Piece piece, in HeadShape shape) => (piece.Count * shape.Group + Queries - 1) / Queries;

    // Queries are numbered by row, then by head within the group that shares a key head.
    private static void Attend<T>(KvBlocks blocks, int layer, Piece piece, in HeadShape shape, int kvHead, int firstQuery, Matrix query,
        Matrix result)
        where T : struct, IElement
    {
        int head = shape.HeadSize, padded = KvBlocks.PaddedHead(head), group = shape.Group;
        int queries = Math.Min(Queries, piece.Count * group - firstQuery);
        int lastPosition = piece.Start + (firstQuery + queries - 1) / group, firstPosition = piece.Start + firstQuery / group;
        int firstBlock = shape.Window is { } window ? Math.Max(0, firstPosition - window + 1) / KvBlocks.Tokens : 0;
        int length = (lastPosition / KvBlocks.Tokens - firstBlock + 1) * KvBlocks.Tokens;

        Scratch scratch = Scratch.OfThread(Queries * head * sizeof(float), (long)Queries * length * sizeof(float),
            Queries * padded * sizeof(float));
        float* scaled = (float*)scratch.Take(Queries * head * sizeof(float));
        float* weights = (float*)scratch.Take((long)Queries * length * sizeof(float));
        float* sums = (float*)scratch.Take(Queries * padded * sizeof(float));
        for (int i = 0; i < Queries; i++)
        {
            float* from = QueryAt(query, piece, shape, kvHead, firstQuery + Math.Min(i, queries - 1));
            for (int d = 0; d < head; d++)
                scaled[i * head + d] = from[d] * shape.Scale;
        }
        for (int start = 0; start < length; start += KvBlocks.Tokens)
            Scores<T>(scaled, head, blocks.Keys(piece.Blocks[firstBlock + start / KvBlocks.Tokens], layer, kvHead), weights + start,
                length);
        for (int i = 0; i < queries; i++)
        {
            int position = piece.Start + (firstQuery + i) / group;
            int oldest = shape.Window is { } seen ? Math.Max(0, position - seen + 1) : 0;
            Softmax(weights + (long)i * length, length, oldest - firstBlock * KvBlocks.Tokens, position - firstBlock * KvBlocks.Tokens);
        }
        new Span<float>(sums, Queries * padded).Clear();
        for (int start = 0; start < length; start += KvBlocks.Tokens)
            AddValues<T>(weights + start, length, blocks.Values(piece.Blocks[firstBlock + start / KvBlocks.Tokens], layer, kvHead), padded,
                sums);
        for (int i = 0; i < queries; i++)
            new Span<float>(sums + i * padded, head).CopyTo(
                new Span<float>(QueryAt(result, piece, shape, kvHead, firstQuery + i), head));
    }

    private static float* QueryAt(Matrix rows, Piece piece, in HeadShape shape, int kvHead, int query) =>
        (float*)rows.Row<Float32Element>(piece.FirstRow + query / shape.Group)
        + (kvHead * shape.Group + query % shape.Group) * shape.HeadSize;

    private static void Scores<T>(float* query, int head, byte* keys, float* scores, int stride)
        where T : struct, IElement
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        for (int i = 0; i < head; i++)
        {
            Vector512<float> key = T.Load(keys, (long)i * KvBlocks.Tokens);
            a = Vector512.FusedMultiplyAdd(Vector512.Create(query[i]), key, a);
            b = Vector512.FusedMultiplyAdd(Vector512.Create(query[i + head]), key, b);
            c = Vector512.FusedMultiplyAdd(Vector512.Create(query[i + 2 * head]), key, c);
            d = Vector512.FusedMultiplyAdd(Vector512.Create(query[i + 3 * head]), key, d);
        }
        a.Store(scores);
        b.Store(scores + stride);
        c.Store(scores + 2L * stride);
        d.Store(scores + 3L * stride);
    }

    private static void AddValues<T>(float* weights, int stride, byte* values, int padded, float* sums)
        where T : struct, IElement
    {
        for (int at = 0; at < padded; at += Lanes)
        {
            Vector512<float> a = Vector512.Load(sums + at), b = Vector512.Load(sums + padded + at),
                c = Vector512.Load(sums + 2 * padded + at), d = Vector512.Load(sums + 3 * padded + at);
            for (int token = 0; token < KvBlocks.Tokens; token++)
            {
                Vector512<float> value = T.Load(values, (long)token * padded + at);
                a = Vector512.FusedMultiplyAdd(Vector512.Create(weights[token]), value, a);
                b = Vector512.FusedMultiplyAdd(Vector512.Create(weights[token + stride]), value, b);
                c = Vector512.FusedMultiplyAdd(Vector512.Create(weights[token + 2L * stride]), value, c);
                d = Vector512.FusedMultiplyAdd(Vector512.Create(weights[token + 3L * stride]), value, d);
            }
            a.Store(sums + at);
            b.Store(sums + padded + at);
            c.Store(sums + 2 * padded + at);
            d.Store(sums + 3 * padded + at);
        }
    }

    // Positions outside first..last get a weight of exactly 0: what is stored there, for whom, changes nothing.
    private static void Softmax(float* scores, int length, int first, int last)
    {
        for (int i = 0; i < first; i++)
            scores[i] = float.NegativeInfinity;
        for (int i = last + 1; i < length; i++)
            scores[i] = float.NegativeInfinity;
        Vector512<float> most = Vector512.Create(float.NegativeInfinity);
        for (int i = 0; i < length; i += Lanes)
            most = Vector512.Max(most, Vector512.Load(scores + i));
        float largest = most[0];
        for (int i = 1; i < Lanes; i++)
            largest = MathF.Max(largest, most[i]);
        Vector512<float> total = default;
        for (int i = 0; i < length; i += Lanes)
        {
            Vector512<float> weight = VectorMath.Exp(Vector512.Load(scores + i) - Vector512.Create(largest));
            weight.Store(scores + i);
            total += weight;
        }
        Vector512<float> share = Vector512.Create(1 / Vector512.Sum(total));
        for (int i = 0; i < length; i += Lanes)
            (Vector512.Load(scores + i) * share).Store(scores + i);
    }

    /// <summary>Consecutive positions of one sequence.</summary>
    /// <param name="FirstRow">Row of the first position.</param>
    /// <param name="Count">Positions.</param>
    /// <param name="Start">The first position, counted from the sequence's first token.</param>
    /// <param name="Blocks">The sequence's blocks.</param>
    internal readonly record struct Piece(int FirstRow, int Count, int Start, IReadOnlyList<int> Blocks);

    /// <summary>Shape of the attention heads.</summary>
    /// <param name="KvHeads">Key and value heads.</param>
    /// <param name="Group">Query heads per key head.</param>
    /// <param name="HeadSize">Width of a head.</param>
    /// <param name="Window">Keys a query sees at most, its own included; null for all.</param>
    internal readonly record struct HeadShape(int KvHeads, int Group, int HeadSize, int? Window)
    {
        public float Scale { get; } = 1 / MathF.Sqrt(HeadSize);
    }
}
