using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>
/// Causal softmax in place of the scores, undivided as in FlashAttention (arXiv:2205.14135): the attention result is divided
/// by the sum instead. The backward pass recomputes the probabilities from the logarithm of the sum.
/// </summary>
internal static unsafe class SoftmaxKernel<T>
    where T : IElement
{
    public static void Forward(Matrix scores, long rowsOfBatch, ScoreBlock block, Strided lse, Strided inverseSum) =>
        KernelThreads.For(scores.Rows, scores.Width, (from, to) =>
    {
        for (long row = from; row < to; row++)
        {
            (int first, int end) = Clip(block.KeysOf(row % rowsOfBatch), scores.Width);
            byte* values = scores.Row<T>(row);
            float most = Largest(values, first, end) * block.Scale;
            float sum = Exponentials(values, first, end, block.Scale, most);
            Clear(values, 0, first);
            Clear(values, end, scores.Width);
            (long batch, long at) = Math.DivRem(row, rowsOfBatch);
            lse.Set(batch, at, most + MathF.Log(sum));
            inverseSum.Set(batch, at, 1 / sum);
        }
    });

    public static void Backward(Matrix scores, Matrix dprobabilities, long rowsOfBatch, ScoreBlock block, Strided lse, Strided delta) =>
        KernelThreads.For(scores.Rows, 2 * scores.Width, (from, to) =>
    {
        for (long row = from; row < to; row++)
        {
            (int first, int end) = Clip(block.KeysOf(row % rowsOfBatch), scores.Width);
            byte* p = scores.Row<T>(row), d = dprobabilities.Row<T>(row);
            (long batch, long at) = Math.DivRem(row, rowsOfBatch);
            float logSum = lse.Get(batch, at), product = delta.Get(batch, at);
            long i = first;
            for (; i + 16 <= end; i += 16)
            {
                Vector512<float> probability =
                    VectorMath.Exp(Vector512.FusedMultiplyAdd(T.Load(p, i), Vector512.Create(block.Scale), Vector512.Create(-logSum)));
                T.Store(p, i, probability);
                T.Store(d, i, probability * (T.Load(d, i) - Vector512.Create(product)) * block.Scale);
            }
            for (; i < end; i++)
            {
                float probability = VectorMath.Exp(T.LoadOne(p, i) * block.Scale - logSum);
                T.StoreOne(p, i, probability);
                T.StoreOne(d, i, probability * (T.LoadOne(d, i) - product) * block.Scale);
            }
            Clear(p, 0, first);
            Clear(p, end, scores.Width);
            Clear(d, 0, first);
            Clear(d, end, scores.Width);
        }
    });

    // Rows past a block's last key see all of them: they belong to no token.
    private static (int First, int End) Clip((int First, int End) keys, long width) => (keys.First, (int)Math.Min(keys.End, width));

    private static float Largest(byte* values, int first, int end)
    {
        float largest = float.NegativeInfinity;
        int i = first;
        if (i + 16 <= end)
        {
            Vector512<float> most = T.Load(values, i);
            for (i += 16; i + 16 <= end; i += 16)
                most = Vector512.Max(most, T.Load(values, i));
            for (int lane = 0; lane < 16; lane++)
                largest = MathF.Max(largest, most[lane]);
        }
        for (; i < end; i++)
            largest = MathF.Max(largest, T.LoadOne(values, i));
        return largest;
    }

    private static float Exponentials(byte* values, int first, int end, float scale, float most)
    {
        Vector512<float> sums = Vector512<float>.Zero;
        int i = first;
        for (; i + 16 <= end; i += 16)
        {
            Vector512<float> e = VectorMath.Exp(Vector512.FusedMultiplyAdd(T.Load(values, i), Vector512.Create(scale),
                Vector512.Create(-most)));
            sums += e;
            T.Store(values, i, e);
        }
        float sum = Vector512.Sum(sums);
        for (; i < end; i++)
        {
            float e = VectorMath.Exp(T.LoadOne(values, i) * scale - most);
            sum += e;
            T.StoreOne(values, i, e);
        }
        return sum;
    }

    private static void Clear(byte* row, long from, long to) =>
        new Span<byte>(row + from * T.Size, checked((int)((to - from) * T.Size))).Clear();
}

/// <summary>Float32 numbers [batch, rows] whose rows are contiguous.</summary>
/// <param name="Data">First number.</param>
/// <param name="BatchStride">Numbers from one batch to the next.</param>
internal readonly unsafe record struct Strided(nint Data, long BatchStride)
{
    public float Get(long batch, long row) => ((float*)Data)[batch * BatchStride + row];

    public void Set(long batch, long row, float value) => ((float*)Data)[batch * BatchStride + row] = value;
}
