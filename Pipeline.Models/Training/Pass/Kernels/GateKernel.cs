using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>SwiGLU and its gradient. Reference: arXiv:2002.05202.</summary>
internal static unsafe class GateKernel<T>
    where T : IElement
{
    public static void Forward(Matrix gate, Matrix up, Matrix act) => KernelThreads.For(gate.Rows, gate.Width, (from, to) =>
    {
        for (long row = from; row < to; row++)
        {
            byte* g = gate.Row<T>(row), u = up.Row<T>(row), a = act.Row<T>(row);
            long i = 0;
            for (; i + 16 <= gate.Width; i += 16)
            {
                Vector512<float> value = T.Load(g, i);
                T.Store(a, i, value * VectorMath.Sigmoid(value) * T.Load(u, i));
            }
            for (; i < gate.Width; i++)
            {
                float value = T.LoadOne(g, i);
                T.StoreOne(a, i, value * VectorMath.Sigmoid(value) * T.LoadOne(u, i));
            }
        }
    });

    // silu'(g) = σ(g) (1 + g (1 - σ(g)))
    public static void Backward(Matrix gate, Matrix up, Matrix dact) => KernelThreads.For(gate.Rows, gate.Width, (from, to) =>
    {
        for (long row = from; row < to; row++)
        {
            byte* g = gate.Row<T>(row), u = up.Row<T>(row), d = dact.Row<T>(row);
            long i = 0;
            for (; i + 16 <= gate.Width; i += 16)
            {
                Vector512<float> value = T.Load(g, i), sigmoid = VectorMath.Sigmoid(value), gradient = T.Load(d, i);
                Vector512<float> slope = sigmoid * Vector512.FusedMultiplyAdd(value, Vector512<float>.One - sigmoid, Vector512<float>.One);
                T.Store(g, i, gradient * T.Load(u, i) * slope);
                T.Store(u, i, gradient * value * sigmoid);
            }
            for (; i < gate.Width; i++)
            {
                float value = T.LoadOne(g, i), sigmoid = VectorMath.Sigmoid(value), gradient = T.LoadOne(d, i);
                T.StoreOne(g, i, gradient * T.LoadOne(u, i) * sigmoid * (1 + value * (1 - sigmoid)));
                T.StoreOne(u, i, gradient * value * sigmoid);
            }
        }
    });
}
