using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>
/// Inverted dropout whose mask is a hash of seed, row and column: nothing is stored for the backward pass, and threads and
/// restarts do not change the mask.
/// </summary>
internal static unsafe class DropoutKernel<T>
    where T : IElement
{
    private static readonly Vector512<uint> Lanes = Vector512.Create(0u, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

    public static void Drop(Matrix x, Matrix y, double probability, long seed) => Run(x, y, probability, seed, false);

    public static void AddDropped(Matrix x, Matrix y, double probability, long seed) => Run(x, y, probability, seed, true);

    private static void Run(Matrix x, Matrix y, double probability, long seed, bool adds) =>
        KernelThreads.For(x.Rows, x.Width, (from, to) =>
    {
        Vector512<uint> threshold = Vector512.Create((uint)Math.Min(uint.MaxValue, probability * 4294967296.0));
        float scale = (float)(1 / (1 - probability));
        float* tail = stackalloc float[16];
        for (long row = from; row < to; row++)
        {
            ulong key = RandomState.Mix((ulong)seed + RandomState.Weyl * (ulong)(row + 1));
            byte* source = x.Row<T>(row), result = y.Row<T>(row);
            for (long i = 0; i < x.Width; i += 16)
            {
                Vector512<uint> draw = VectorMath.Hash(Lanes + Vector512.Create((uint)i), (uint)key, (uint)(key >> 32));
                Vector512<float> factor = Vector512.ConditionalSelect(
                    Vector512.GreaterThanOrEqual(draw, threshold).AsSingle(), Vector512.Create(scale), Vector512<float>.Zero);
                if (i + 16 <= x.Width)
                {
                    Vector512<float> kept = T.Load(source, i) * factor;
                    T.Store(result, i, adds ? T.Load(result, i) + kept : kept);
                    continue;
                }
                factor.Store(tail);
                for (long column = i; column < x.Width; column++)
                {
                    float kept = T.LoadOne(source, column) * tail[column - i];
                    T.StoreOne(result, column, adds ? T.LoadOne(result, column) + kept : kept);
                }
            }
        }
    });
}
