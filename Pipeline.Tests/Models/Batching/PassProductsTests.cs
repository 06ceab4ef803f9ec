using Pipeline.Models.Batching;
using Pipeline.Models.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Batching;

/// <summary>The products of a pass: right, and bit for bit the same for a row whatever rows are computed with it.</summary>
public sealed class PassProductsTests
{
    private const int Rows = 150, Outputs = 203;

    public PassProductsTests() => TorchRuntime.Initialize();

    public static TheoryData<ScalarType, bool, int> Cases()
    {
        TheoryData<ScalarType, bool, int> cases = new();
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            foreach (bool decoding in (bool[])[true, false])
            {
                foreach (int width in (int[])[1, 24, 96, 203, 1100])
                    cases.Add(type, decoding, width);
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_row_has_the_same_bits_alone_and_among_others(ScalarType type, bool decoding, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(5);
        using PassProducts products = new() { IsDecoding = decoding };
        Tensor x = randn([Rows, width], generator: random), weight = randn([Outputs, width], generator: random).to(type);
        float[] whole = Multiply(x);
        foreach (int count in (int[])[1, 2, 3, 4, 5, 7, 15, 16, 17, 31, 33, 64, 100])
        {
            foreach (int first in (int[])[0, 3, Rows - count])
                Multiply(x.narrow(0, first, count)).ShouldBe(whole[(first * Outputs)..((first + count) * Outputs)], $"{first}, {count}");
        }
        double[] exact = x.to(ScalarType.Float64).mm(weight.to(ScalarType.Float64).t()).data<double>().ToArray();
        // Inputs of a prompt are rounded to the type of the weights.
        double tolerance = (type == ScalarType.BFloat16 && !decoding ? 1e-2 : 1e-5) * Math.Sqrt(width) * 4;
        for (int i = 0; i < whole.Length; i++)
            ((double)whole[i]).ShouldBe(exact[i], tolerance);

        float[] Multiply(Tensor rows)
        {
            using Tensor y = empty(rows.shape[0], Outputs);
            products.Multiply(Matrix.Of(rows), Matrix.Of(weight), type, Matrix.Of(y));
            return y.data<float>().ToArray();
        }
    }
}
