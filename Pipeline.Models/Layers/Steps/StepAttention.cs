using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;

namespace Pipeline.Models.Layers.Steps;

/// <summary>
/// Softmax attention of one new token over the keys and values of its row, for the query heads that share a key head. Keys and
/// values are read once for the group. The result depends on the row's own keys alone.
/// </summary>
internal static unsafe class StepAttention<T>
    where T : struct, IElement
{
    private const int Lanes = 16;

    /// <param name="query">[group, head], query heads one after the other.</param>
    /// <param name="group">Query heads.</param>
    /// <param name="keys">[count, head]</param>
    /// <param name="values">[count, head]</param>
    /// <param name="count">Keys.</param>
    /// <param name="head">Numbers of a head.</param>
    /// <param name="result">[group, head]</param>
    public static void Run(float* query, int group, byte* keys, byte* values, long count, int head, float* result)
    {
        long bytes = group * count * sizeof(float);
        float* scores = (float*)Scratch.OfThread(bytes).Take(bytes);
        Scores(query, group, keys, count, head, scores);
        for (int i = 0; i < group; i++)
            Softmax(scores + i * count, count);
        int dimension = 0;
        for (; dimension + 4 * Lanes <= head; dimension += 4 * Lanes)
            Weigh64(scores, group, values, count, head, dimension, result);
        for (; dimension + Lanes <= head; dimension += Lanes)
            Weigh16(scores, group, values, count, head, dimension, result);
        for (; dimension < head; dimension++)
            WeighOne(scores, group, values, count, head, dimension, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scores(float* query, int group, byte* keys, long count, int head, float* scores)
    {
        float scale = 1 / MathF.Sqrt(head);
        for (long key = 0; key < count; key++)
        {
            byte* row = keys + key * head * T.Size;
            for (int i = 0; i < group; i++)
            {
                float* q = query + i * head;
                Vector512<float> sums = Vector512<float>.Zero;
                int d = 0;
                for (; d + Lanes <= head; d += Lanes)
                    sums = Vector512.FusedMultiplyAdd(Vector512.Load(q + d), T.Load(row, d), sums);
                float sum = Vector512.Sum(sums);
                for (; d < head; d++)
                    sum += q[d] * T.LoadOne(row, d);
                scores[i * count + key] = sum * scale;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(float* scores, long count)
    {
        Vector512<float> largest = Vector512.Create(float.NegativeInfinity);
        long i = 0;
        for (; i + Lanes <= count; i += Lanes)
            largest = Vector512.Max(largest, Vector512.Load(scores + i));
        float most = float.NegativeInfinity;
        for (int lane = 0; lane < Lanes; lane++)
            most = MathF.Max(most, largest[lane]);
        for (; i < count; i++)
            most = MathF.Max(most, scores[i]);
        Vector512<float> sums = Vector512<float>.Zero, shift = Vector512.Create(most);
        for (i = 0; i + Lanes <= count; i += Lanes)
        {
            Vector512<float> weights = Vector512.Exp(Vector512.Load(scores + i) - shift);
            weights.Store(scores + i);
            sums += weights;
        }
        float sum = Vector512.Sum(sums);
        for (; i < count; i++)
            sum += scores[i] = MathF.Exp(scores[i] - most);
        float inverse = 1 / sum;
        for (i = 0; i < count; i++)
            scores[i] *= inverse;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh64(float* scores, int group, byte* values, long count, int head, int dimension, float* result)
    {
        for (int i = 0; i < group; i++)
        {
            float* weights = scores + i * count;
            Vector512<float> a = default, b = default, c = default, d = default;
            byte* row = values;
            for (long key = 0; key < count; key++, row += head * T.Size)
            {
                Vector512<float> weight = Vector512.Create(weights[key]);
                a = Vector512.FusedMultiplyAdd(weight, T.Load(row, dimension), a);
                b = Vector512.FusedMultiplyAdd(weight, T.Load(row, dimension + Lanes), b);
                c = Vector512.FusedMultiplyAdd(weight, T.Load(row, dimension + 2 * Lanes), c);
                d = Vector512.FusedMultiplyAdd(weight, T.Load(row, dimension + 3 * Lanes), d);
            }
            float* to = result + i * head + dimension;
            a.Store(to);
            b.Store(to + Lanes);
            c.Store(to + 2 * Lanes);
            d.Store(to + 3 * Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh16(float* scores, int group, byte* values, long count, int head, int dimension, float* result)
    {
        for (int i = 0; i < group; i++)
        {
            Vector512<float> sums = default;
            byte* row = values;
            for (long key = 0; key < count; key++, row += head * T.Size)
                sums = Vector512.FusedMultiplyAdd(Vector512.Create(scores[i * count + key]), T.Load(row, dimension), sums);
            sums.Store(result + i * head + dimension);
        }
    }

    private static void WeighOne(float* scores, int group, byte* values, long count, int head, int dimension, float* result)
    {
        for (int i = 0; i < group; i++)
        {
            float sum = 0;
            for (long key = 0; key < count; key++)
                sum += scores[i * count + key] * T.LoadOne(values + key * head * T.Size, dimension);
            result[i * head + dimension] = sum;
        }
    }
}
