using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Runtime.Products;

public sealed class FastLinearTests
{
    public FastLinearTests() => TorchRuntime.Initialize();

    public static TheoryData<ScalarType, int, int> Sizes()
    {
        TheoryData<ScalarType, int, int> sizes = new();
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float64])
        {
            foreach (int rows in (int[])[1, 2, 4, 5, 70])
            {
                foreach (int width in (int[])[1, 33, 200])
                    sizes.Add(type, rows, width);
            }
        }
        return sizes;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_layer_computes_the_same_with_any_number_of_rows(ScalarType type, int rows, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Generator random = new((ulong)(rows * 1000 + width));
        Tensor x = rand([1, rows, width], generator: random).sub_(0.5).to(type), weight = rand([150, width], generator: random).sub_(0.5)
            .to(type);
        Tensor apart = x.transpose(1, 2).contiguous().transpose(1, 2); // the numbers of a row do not lie side by side
        foreach (Tensor? bias in (Tensor?[])[null, rand([150], generator: random).to(type)])
        {
            Tensor expected = nn.functional.linear(x.to(ScalarType.Float64), weight.to(ScalarType.Float64), bias?.to(ScalarType.Float64));
            foreach (Tensor input in (Tensor[])[x, apart])
            {
                Tensor actual = FastLinear.Apply(input, weight, bias);
                actual.shape.ShouldBe([1, rows, 150]);
                actual.dtype.ShouldBe(type);
                (actual.to(ScalarType.Float64) - expected).abs().max().item<double>()
                    .ShouldBeLessThan(type == ScalarType.BFloat16 ? 0.05 : 1e-4);
            }
        }
    }

    [Fact]
    public void With_gradients_autograd_computes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2, 8), weight = ones(new long[] { 3, 8 }, requires_grad: true);
        FastLinear.Apply(x, weight, null).sum().backward();
        weight.grad!.sum().item<float>().ShouldBe(48);
    }
}
