using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using Pipeline.Models.Training.Pass.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>
/// Attention on top of <see cref="BlockKernel"/>: a thread computes one key head of one sequence, a block of queries at a time,
/// with scores in tiles that stay in its cache and tiles above the diagonal skipped. Scores are float32 until they become
/// probabilities. Reference for the backward pass: FlashAttention, arXiv:2205.14135, arXiv:2307.08691.
/// </summary>
/// <param name="window">Maximum keys a query sees, itself included; null for all before it.</param>
/// <param name="scale">Factor applied to the scores.</param>
/// <param name="forFewHeads">Used when there are fewer heads than threads: it splits single heads.</param>
internal sealed unsafe class BlockedAttention<T>(int? window, float scale, IPassAttention forFewHeads) : IPassAttention
    where T : struct, IProductElement
{
    private const int Tile = 64;            // keys
    private const int RowsAtOnce = 256;     // queries times heads in a group
    private const int Unit = 16;

    public void Forward(Tensor q, Tensor k, Tensor v, HeadLayout heads, Tensor lse, Tensor attended)
    {
        if (IsTooFew(heads))
        {
            forFewHeads.Forward(q, k, v, heads, lse, attended);
            return;
        }
        (Matrix queries, Matrix keys, Matrix values, Matrix result) = (Matrix.Of(q), Matrix.Of(k), Matrix.Of(v), Matrix.Of(attended));
        nint logSums = Matrix.Of(lse).Data;
        for (long row = heads.Sequences.Tokens; row < result.Rows; row++)
            new Span<byte>(result.Row<T>(row), (int)result.Width * T.Size).Clear();
        ForEachHead(heads, head => Forward(head, queries, keys, values, (float*)logSums, result));
    }

    public void Backward(Tensor dattended, Tensor attended, Tensor q, Tensor k, Tensor v, HeadLayout heads, Tensor lse, Tensor dq,
        Tensor dk, Tensor dv)
    {
        if (IsTooFew(heads))
        {
            forFewHeads.Backward(dattended, attended, q, k, v, heads, lse, dq, dk, dv);
            return;
        }
        Given given = new(Matrix.Of(q), Matrix.Of(k), Matrix.Of(v), Matrix.Of(lse).Data, Matrix.Of(attended), Matrix.Of(dattended));
        (Matrix dqueries, Matrix dkeys, Matrix dvalues) = (Matrix.Of(dq), Matrix.Of(dk), Matrix.Of(dv));
        ForEachHead(heads, head => Backward(head, given, dqueries, dkeys, dvalues));
    }

    private static bool IsTooFew(HeadLayout heads) => (long)heads.Sequences.Sequences.Count * heads.KvHeads < KernelThreads.Count;

    private static void ForEachHead(HeadLayout heads, Action<Head> body)
    {
        IReadOnlyList<Sequence> sequences = heads.Sequences.Sequences;
        // Longest first, so that no thread is left with one at the end.
        int[] order = [.. Enumerable.Range(0, sequences.Count).OrderByDescending(i => sequences[i].PaddedLength)];
        KernelThreads.Run((long)order.Length * heads.KvHeads, part =>
        {
            body(new Head(heads, sequences[order[part / heads.KvHeads]], (int)(part % heads.KvHeads)));
            BlockKernel.Release();
        });
    }

    private void Forward(Head head, Matrix q, Matrix k, Matrix v, float* lse, Matrix attended)
    {
        int size = head.Size, wide = head.WideSize, tiles = head.Tiles, most = head.MostRows(RowsAtOnce);
        long keyBytes = (long)tiles * size * Tile * T.Size, valueBytes = (long)tiles * Tile * wide * T.Size;
        long scoreBytes = (long)tiles * most * Tile * sizeof(float), weightBytes = (long)tiles * most * Tile * T.Size;
        long sumBytes = (long)most * wide * sizeof(float), numberBytes = most * sizeof(float);
        Scratch scratch = Scratch.OfThread(keyBytes, valueBytes, scoreBytes, weightBytes, sumBytes, numberBytes);
        byte* packedKeys = scratch.Take(keyBytes), packedValues = scratch.Take(valueBytes);
        float* scores = (float*)scratch.Take(scoreBytes);
        byte* weights = scratch.Take(weightBytes);
        float* sums = (float*)scratch.Take(sumBytes), inverseSums = (float*)scratch.Take(numberBytes);
        for (int tile = 0; tile < tiles; tile++)
        {
            T.PackColumns(k.Row<T>(head.KeyRow(tile * Tile)), k.Stride, size, head.KeysOf(tile), packedKeys
                + (long)tile * size * Tile * T.Size, Tile);
            T.PackRows(v.Row<T>(head.KeyRow(tile * Tile)), v.Stride, head.KeysOf(tile), size, packedValues
                + (long)tile * Tile * wide * T.Size, wide);
        }
        foreach (QueryBlock block in head.Blocks(most, window))
        {
            byte* rows = q.Row<T>(head.QueryRow(block.Position));
            Scores(head, block, rows, q.Stride, packedKeys, scores, most);
            for (int row = 0; row < block.Rows; row++)
            {
                int position = block.Position + row / head.Group;
                if (position >= head.Sequence.Length)
                    break;  // rows without a token are never read
                (lse[head.QueryRow(block.Position) + row], inverseSums[row]) = Softmax(block, row, position, scores, weights, most);
            }
            Weighted(head, block, weights, packedValues, sums, most);
            for (int row = 0; row < block.Rows; row++)
            {
                int position = block.Position + row / head.Group;
                if (position >= head.Sequence.Length)
                    break;
                byte* result = head.Column(attended, position, row % head.Group);
                BlockedProduct<T>.StoreRow<T>(sums + (long)row * wide, result, size, 0, inverseSums[row]);
            }
        }
    }

    private void Backward(Head head, in Given given, Matrix dq, Matrix dk, Matrix dv)
    {
        int size = head.Size, wide = head.WideSize, tiles = head.Tiles, most = head.MostRows(RowsAtOnce);
        long columnBytes = (long)tiles * size * Tile * T.Size, rowBytes = (long)tiles * Tile * wide * T.Size;
        long scoreBytes = (long)tiles * most * Tile * sizeof(float), weightBytes = (long)tiles * most * Tile * T.Size;
        long factorBytes = (long)most * wide * T.Size, sumBytes = (long)most * wide * sizeof(float),
            totalBytes = (long)tiles * size * Tile * sizeof(float);
        long tileBytes = (long)most * Tile * T.Size, transposeBytes = Math.Max(factorBytes, (long)Tile * wide * sizeof(float)),
            numberBytes = most * sizeof(float);
        Scratch scratch = Scratch.OfThread(columnBytes, columnBytes, rowBytes, scoreBytes, scoreBytes, weightBytes, weightBytes,
            factorBytes, factorBytes, factorBytes,
            sumBytes, totalBytes, totalBytes, tileBytes, transposeBytes, numberBytes);
        byte* keyColumns = scratch.Take(columnBytes), valueColumns = scratch.Take(columnBytes), keyRows = scratch.Take(rowBytes);
        float* scores = (float*)scratch.Take(scoreBytes), dscores = (float*)scratch.Take(scoreBytes);
        byte* weights = scratch.Take(weightBytes), dweights = scratch.Take(weightBytes);
        byte* gradient = scratch.Take(factorBytes), transposedGradient = scratch.Take(factorBytes),
            transposedQueries = scratch.Take(factorBytes);
        float* sums = (float*)scratch.Take(sumBytes), dkeys = (float*)scratch.Take(totalBytes), dvalues = (float*)scratch.Take(totalBytes);
        byte* packed = scratch.Take(tileBytes), transposeScratch = scratch.Take(transposeBytes);
        float* delta = (float*)scratch.Take(numberBytes);
        new Span<float>(dkeys, tiles * size * Tile).Clear();
        new Span<float>(dvalues, tiles * size * Tile).Clear();
        for (int tile = 0; tile < tiles; tile++)
        {
            byte* keys = given.K.Row<T>(head.KeyRow(tile * Tile)), values = given.V.Row<T>(head.KeyRow(tile * Tile));
            T.PackColumns(keys, given.K.Stride, size, head.KeysOf(tile), keyColumns + (long)tile * size * Tile * T.Size, Tile);
            T.PackColumns(values, given.V.Stride, size, head.KeysOf(tile), valueColumns + (long)tile * size * Tile * T.Size, Tile);
            T.PackRows(keys, given.K.Stride, head.KeysOf(tile), size, keyRows + (long)tile * Tile * wide * T.Size, wide);
        }
        foreach (QueryBlock block in head.Blocks(most, window))
        {
            byte* rows = given.Q.Row<T>(head.QueryRow(block.Position));
            for (int row = 0; row < block.Rows; row++)
                delta[row] = Gather(head, given, block.Position + row / head.Group, row % head.Group, gradient + (long)row * size * T.Size);
            Scores(head, block, rows, given.Q.Stride, keyColumns, scores, most);
            Scores(head, block, gradient, size, valueColumns, dscores, most);
            for (int row = 0; row < block.Rows; row++)
                SoftmaxBackward(head, block, row, scores, dscores, given.LogSum(head.QueryRow(block.Position) + row), delta[row], weights,
                    dweights, most);
            Weighted(head, block, dweights, keyRows, sums, most);
            for (int row = 0; row < block.Rows; row++)
                BlockedProduct<T>.StoreRow<T>(sums + (long)row * wide, dq.Row<T>(head.QueryRow(block.Position) + row), size, 0, 1);
            T.Transpose(gradient, size, block.Rows, size, transposedGradient, most, transposeScratch);
            T.Transpose(rows, given.Q.Stride, block.Rows, size, transposedQueries, most, transposeScratch);
            AddTransposed(head, block, transposedGradient, weights, packed, dvalues, most);
            AddTransposed(head, block, transposedQueries, dweights, packed, dkeys, most);
        }
        for (int tile = 0; tile < tiles; tile++)
        {
            StoreTransposed(head, tile, dkeys, dk, (float*)transposeScratch);
            StoreTransposed(head, tile, dvalues, dv, (float*)transposeScratch);
        }
    }

    // scores[tile] = rows · keys of the tile
    private static void Scores(Head head, QueryBlock block, byte* rows, long stride, byte* packed, float* scores, int most)
    {
        for (int tile = block.FirstTile; tile < block.EndTile; tile++)
        {
            for (int row = 0, height; row < block.Rows; row += height)
            {
                height = Block.HeightFor(block.Rows - row);
                T.Multiply(new Block(height, head.KeysOf(tile), head.Size, stride, Tile, Tile), false, rows + row * stride * T.Size,
                    packed + (long)tile * head.Size * Tile * T.Size, scores + ((long)tile * most + row) * Tile);
            }
        }
    }

    // sums = weights of all tiles · their rows
    private static void Weighted(Head head, QueryBlock block, byte* weights, byte* packed, float* sums, int most)
    {
        for (int tile = block.FirstTile; tile < block.EndTile; tile++)
        {
            for (int row = 0, height; row < block.Rows; row += height)
            {
                height = Block.HeightFor(block.Rows - row);
                T.Multiply(new Block(height, head.WideSize, head.KeysOf(tile), Tile, head.WideSize, head.WideSize), tile > block.FirstTile,
                    weights + ((long)tile * most + row) * Tile * T.Size, packed + (long)tile * Tile * head.WideSize * T.Size, sums
                    + (long)row * head.WideSize);
            }
        }
    }

    // total[tile] += transposed · weights of the tile
    private static void AddTransposed(Head head, QueryBlock block, byte* transposed, byte* weights, byte* packed, float* total, int most)
    {
        for (int tile = block.FirstTile; tile < block.EndTile; tile++)
        {
            T.PackRows(weights + (long)tile * most * Tile * T.Size, Tile, block.Rows, head.KeysOf(tile), packed, Tile);
            for (int row = 0, height; row < head.Size; row += height)
            {
                height = Block.HeightFor(head.Size - row);
                T.Multiply(new Block(height, head.KeysOf(tile), block.Rows, most, Tile, Tile), true,
                    transposed + (long)row * most * T.Size, packed, total + ((long)tile * head.Size + row) * Tile);
            }
        }
    }

    private (float LogSum, float Inverse) Softmax(QueryBlock block, int row, int position, float* scores, byte* weights, int most)
    {
        (int first, int end) = KeysOf(position);
        float largest = float.NegativeInfinity, sum = 0;
        for (int tile = block.FirstTile; tile < block.EndTile; tile++)
        {
            (int from, int to) = InTile(first, end, tile);
            largest = MathF.Max(largest, Largest(scores + ((long)tile * most + row) * Tile, from, to));
        }
        largest *= scale;
        for (int tile = block.FirstTile; tile < block.EndTile; tile++)
        {
            (int from, int to) = InTile(first, end, tile);
            float* source = scores + ((long)tile * most + row) * Tile;
            byte* result = weights + ((long)tile * most + row) * Tile * T.Size;
            Vector512<float> sums = Vector512<float>.Zero;
            for (int i = 0; i < Tile; i += Unit)
            {
                Vector512<float> e = VectorMath.Exp(Vector512.FusedMultiplyAdd(Vector512.Load(source + i), Vector512.Create(scale),
                    Vector512.Create(-largest))) & Between(from, to, i);
                sums += e;
                T.Store(result, i, e);
            }
            sum += Vector512.Sum(sums);
        }
        return (largest + MathF.Log(sum), 1 / sum);
    }

    private void SoftmaxBackward(Head head, QueryBlock block, int row, float* scores, float* dscores, float logSum, float delta,
        byte* weights, byte* dweights, int most)
    {
        int position = block.Position + row / head.Group;
        (int first, int end) = position < head.Sequence.Length ? KeysOf(position) : (0, 0); // a row without a token has zero weight
        for (int tile = block.FirstTile; tile < block.EndTile; tile++)
        {
            (int from, int to) = InTile(first, end, tile);
            long at = ((long)tile * most + row) * Tile;
            for (int i = 0; i < Tile; i += Unit)
            {
                Vector512<float> seen = Between(from, to, i);
                Vector512<float> p = VectorMath.Exp(Vector512.FusedMultiplyAdd(Vector512.Load(scores + at + i), Vector512.Create(scale),
                    Vector512.Create(-logSum))) & seen;
                T.Store(weights + at * T.Size, i, p);
                T.Store(dweights + at * T.Size, i, (p * (Vector512.Load(dscores + at + i) - Vector512.Create(delta)) * scale) & seen);
            }
        }
    }

    private (int First, int End) KeysOf(int position) => (window is { } most ? Math.Max(0, position + 1 - most) : 0, position + 1);

    private static (int From, int To) InTile(int first, int end, int tile) =>
        (Math.Clamp(first - tile * Tile, 0, Tile), Math.Clamp(end - tile * Tile, 0, Tile));

    // All bits set in the lanes whose number, counted from start, lies between the two.
    private static Vector512<float> Between(int from, int to, int start)
    {
        Vector512<int> lanes = Vector512<int>.Indices + Vector512.Create(start);
        return (Vector512.GreaterThanOrEqual(lanes, Vector512.Create(from)) & Vector512.LessThan(lanes, Vector512.Create(to))).AsSingle();
    }

    private static float Largest(float* values, int from, int to)
    {
        Vector512<float> largest = Vector512.Create(float.NegativeInfinity);
        for (int i = from / Unit * Unit; i < to; i += Unit)
            largest = Vector512.Max(largest,
                Vector512.ConditionalSelect(Between(from, to, i), Vector512.Load(values + i), Vector512.Create(float.NegativeInfinity)));
        Vector256<float> half = Vector256.Max(largest.GetLower(), largest.GetUpper());
        Vector128<float> quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
    }

    // The gradient of one query's result, and its product with that result; zeros past the end of the sequence.
    private static float Gather(Head head, in Given given, int position, int inGroup, byte* copy)
    {
        int size = head.Size;
        if (position >= head.Sequence.Length)
        {
            new Span<byte>(copy, size * T.Size).Clear();
            return 0;
        }
        return HeadKernels<T>.CopyAndMultiply(head.Column(given.Dattended, position, inGroup),
            head.Column(given.Attended, position, inGroup), copy, size);
    }

    private static void StoreTransposed(Head head, int tile, float* totals, Matrix result, float* rows)
    {
        Packing.Transpose((uint*)(totals + (long)tile * head.Size * Tile), Tile, head.Size, head.KeysOf(tile), (uint*)rows, head.WideSize);
        for (int key = 0; key < head.KeysOf(tile); key++)
            BlockedProduct<T>.StoreRow<T>(rows + (long)key * head.WideSize, result.Row<T>(head.KeyRow(tile * Tile + key)), head.Size, 0, 1);
    }

    private readonly record struct Given(Matrix Q, Matrix K, Matrix V, nint Lse, Matrix Attended, Matrix Dattended)
    {
        public float LogSum(long row) => ((float*)Lse)[row];
    }

    // A range of query positions, and the tiles of keys they see.
    private readonly record struct QueryBlock(int Position, int Rows, int FirstTile, int EndTile);

    // One key head of one sequence, with the query heads that share it.
    private readonly record struct Head(HeadLayout Layout, Sequence Sequence, int KvHead)
    {
        public int Group => Layout.Group;

        public int Size => Layout.HeadSize;

        public int WideSize => (Size + Unit - 1) / Unit * Unit;

        public int Tiles => (Sequence.PaddedLength + Tile - 1) / Tile;

        public int KeysOf(int tile) => Math.Min(Tile, Sequence.PaddedLength - tile * Tile);

        public long QueryRow(int position) =>
            (long)Sequence.PaddedStart * Layout.Heads + ((long)KvHead * Sequence.PaddedLength + position) * Group;

        public long KeyRow(int position) => (long)Sequence.PaddedStart * Layout.KvHeads + (long)KvHead * Sequence.PaddedLength + position;

        public byte* Column(Matrix rows, int position, int inGroup) =>
            rows.Row<T>(Sequence.Start + position) + ((long)KvHead * Group + inGroup) * Size * T.Size;

        // A whole number of positions, in units of the layout's padding.
        public int MostRows(int wanted) => Math.Min(Sequence.PaddedLength, Math.Max(1, wanted / Group / Unit) * Unit) * Group;

        public IEnumerable<QueryBlock> Blocks(int mostRows, int? window)
        {
            int positions = mostRows / Group;
            for (int at = 0; at < Sequence.PaddedLength; at += positions)
            {
                int count = Math.Min(positions, Sequence.PaddedLength - at);
                int first = window is { } most ? Math.Max(0, at + 1 - most) / Tile : 0;
                yield return new QueryBlock(at, count * Group, first, (at + count + Tile - 1) / Tile);
            }
        }
    }
}
