using System.Runtime.Intrinsics;

namespace Pipeline.Models.Runtime.Products;

/// <summary>
/// Rows times a weight for decoding in a batch: each row's result has the same bits however many rows are computed together, and
/// every number of the weight is read from memory once for all of them. Sums are float32, in the order of the input.
/// </summary>
/// <typeparam name="T">How the weight is stored.</typeparam>
internal static unsafe class RowProduct<T>
    where T : struct, IElement
{
    private const int Lanes = 16;
    private const int Tile = 4;         // rows and outputs whose sums are in registers together
    private const int SumsPerTile = Tile * Tile;

    /// <summary>y = scale × x Wᵀ, or y += scale × x Wᵀ.</summary>
    /// <param name="x">[rows, in] float32.</param>
    /// <param name="weight">[out, in]</param>
    /// <param name="y">[rows, out] float32.</param>
    /// <param name="scale">Factor of the product.</param>
    /// <param name="adds">Adds to y instead of replacing it.</param>
    public static void Into(Matrix x, Matrix weight, Matrix y, float scale = 1, bool adds = false) =>
        KernelThreads.For((weight.Rows + Tile - 1) / Tile, Tile * weight.Width * Math.Max(1, x.Rows / Tile), (from, to) =>
        {
            for (long tile = from; tile < to; tile++)
                Outputs(x, weight, y, tile * Tile, scale, adds);
        });

    private static void Outputs(Matrix x, Matrix weight, Matrix y, long output, float scale, bool adds)
    {
        int outputs = (int)Math.Min(Tile, weight.Rows - output);
        // Past the last output the last one is computed again, and dropped.
        byte* w0 = weight.Row<T>(output), w1 = weight.Row<T>(output + Math.Min(1, outputs - 1)),
            w2 = weight.Row<T>(output + Math.Min(2, outputs - 1)), w3 = weight.Row<T>(output + Math.Min(3, outputs - 1));
        float* sums = stackalloc float[SumsPerTile];
        long row = 0;
        for (; row + Tile <= x.Rows; row += Tile)
        {
            FourRows((float*)x.Row<Float32Element>(row), x.Stride, w0, w1, w2, w3, x.Width, sums);
            for (int i = 0; i < Tile; i++)
                Store(sums + i * Tile, outputs, (float*)y.Row<Float32Element>(row + i) + output, scale, adds);
        }
        for (; row < x.Rows; row++)
        {
            OneRow((float*)x.Row<Float32Element>(row), w0, w1, w2, w3, x.Width, sums);
            Store(sums, outputs, (float*)y.Row<Float32Element>(row) + output, scale, adds);
        }
    }

    private static void Store(float* sums, int outputs, float* y, float scale, bool adds)
    {
        for (int i = 0; i < outputs; i++)
            y[i] = adds ? MathF.FusedMultiplyAdd(scale, sums[i], y[i]) : scale * sums[i];
    }

    private static void OneRow(float* x, byte* w0, byte* w1, byte* w2, byte* w3, long width, float* sums)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        long i = 0;
        for (; i + Lanes <= width; i += Lanes)
        {
            Vector512<float> a = Vector512.Load(x + i);
            s0 = Vector512.FusedMultiplyAdd(a, T.Load(w0, i), s0);
            s1 = Vector512.FusedMultiplyAdd(a, T.Load(w1, i), s1);
            s2 = Vector512.FusedMultiplyAdd(a, T.Load(w2, i), s2);
            s3 = Vector512.FusedMultiplyAdd(a, T.Load(w3, i), s3);
        }
        (sums[0], sums[1], sums[2], sums[3]) = (Vector512.Sum(s0), Vector512.Sum(s1), Vector512.Sum(s2), Vector512.Sum(s3));
        Rest(x, w0, w1, w2, w3, i, width, sums);
    }

    private static void FourRows(float* x, long stride, byte* w0, byte* w1, byte* w2, byte* w3, long width, float* sums)
    {
        float* x1 = x + stride, x2 = x1 + stride, x3 = x2 + stride;
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default,
            s13 = default, s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default,
            s33 = default;
        long i = 0;
        for (; i + Lanes <= width; i += Lanes)
        {
            Vector512<float> a = Vector512.Load(x + i), b = Vector512.Load(x1 + i), c = Vector512.Load(x2 + i), d = Vector512.Load(x3 + i);
            Vector512<float> w = T.Load(w0, i);
            s00 = Vector512.FusedMultiplyAdd(a, w, s00);
            s10 = Vector512.FusedMultiplyAdd(b, w, s10);
            s20 = Vector512.FusedMultiplyAdd(c, w, s20);
            s30 = Vector512.FusedMultiplyAdd(d, w, s30);
            w = T.Load(w1, i);
            s01 = Vector512.FusedMultiplyAdd(a, w, s01);
            s11 = Vector512.FusedMultiplyAdd(b, w, s11);
            s21 = Vector512.FusedMultiplyAdd(c, w, s21);
            s31 = Vector512.FusedMultiplyAdd(d, w, s31);
            w = T.Load(w2, i);
            s02 = Vector512.FusedMultiplyAdd(a, w, s02);
            s12 = Vector512.FusedMultiplyAdd(b, w, s12);
            s22 = Vector512.FusedMultiplyAdd(c, w, s22);
            s32 = Vector512.FusedMultiplyAdd(d, w, s32);
            w = T.Load(w3, i);
            s03 = Vector512.FusedMultiplyAdd(a, w, s03);
            s13 = Vector512.FusedMultiplyAdd(b, w, s13);
            s23 = Vector512.FusedMultiplyAdd(c, w, s23);
            s33 = Vector512.FusedMultiplyAdd(d, w, s33);
        }
        (sums[0], sums[1], sums[2], sums[3]) = (Vector512.Sum(s00), Vector512.Sum(s01), Vector512.Sum(s02), Vector512.Sum(s03));
        (sums[4], sums[5], sums[6], sums[7]) = (Vector512.Sum(s10), Vector512.Sum(s11), Vector512.Sum(s12), Vector512.Sum(s13));
        (sums[8], sums[9], sums[10], sums[11]) = (Vector512.Sum(s20), Vector512.Sum(s21), Vector512.Sum(s22), Vector512.Sum(s23));
        (sums[12], sums[13], sums[14], sums[15]) = (Vector512.Sum(s30), Vector512.Sum(s31), Vector512.Sum(s32), Vector512.Sum(s33));
        for (int row = 0; row < Tile; row++)
            Rest(x + row * stride, w0, w1, w2, w3, i, width, sums + row * Tile);
    }

    private static void Rest(float* x, byte* w0, byte* w1, byte* w2, byte* w3, long i, long width, float* sums)
    {
        for (; i < width; i++)
        {
            sums[0] = MathF.FusedMultiplyAdd(x[i], T.LoadOne(w0, i), sums[0]);
            sums[1] = MathF.FusedMultiplyAdd(x[i], T.LoadOne(w1, i), sums[1]);
            sums[2] = MathF.FusedMultiplyAdd(x[i], T.LoadOne(w2, i), sums[2]);
            sums[3] = MathF.FusedMultiplyAdd(x[i], T.LoadOne(w3, i), sums[3]);
        }
    }
}
