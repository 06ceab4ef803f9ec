using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using Pipeline.Models.Training.Pass;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Runtime.Products;

/// <summary>Products over oneDNN's block kernels against float64, for sizes on all sides of the blocks.</summary>
public sealed class BlockedProductTests
{
    private readonly Generator _random;

    public BlockedProductTests()
    {
        TorchRuntime.Initialize();
        _random = new Generator(3);
    }

    public static TheoryData<ScalarType, int, int, int> Sizes()
    {
        TheoryData<ScalarType, int, int, int> sizes = new();
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            foreach ((int m, int k, int n) in ((int, int, int)[])[(1, 2, 1), (5, 6, 3), (16, 72, 100), (130, 34, 65), (257, 1100, 17),
                (64, 2050, 200), (33, 64, 1000)])
                sizes.Add(type, m, k, n);
        }
        return sizes;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_product_equals_that_of_float64(ScalarType type, int m, int k, int n)
    {
        using DisposeScope scope = NewDisposeScope();
        IPassProducts products = Create(type);
        Tensor a = Random(type, m, k), rows = Random(type, k, n), columns = Random(type, n, k).t(), before = Random(type, m, n);
        foreach (Tensor b in (Tensor[])[rows, columns])
        {
            foreach (float keep in (float[])[0, 1])
            {
                Tensor result = before.clone();
                products.Into(result, keep, a, b, 0.75f);
                ShouldBeClose(result, Wide(before) * keep + Wide(a).mm(Wide(b)) * 0.75, type);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Two_products_go_into_one_place(ScalarType type, int m, int k, int n)
    {
        using DisposeScope scope = NewDisposeScope();
        IPassProducts products = Create(type);
        Tensor a = Random(type, m, k), b = Random(type, n, k).t(), c = Random(type, m, 8), d = Random(type, n, 8).t(),
            before = Random(type, m, n);
        Tensor result = before.clone();
        products.Into(result, 1, a, b, c, d);
        ShouldBeClose(result, Wide(before) + Wide(a).mm(Wide(b)) + Wide(c).mm(Wide(d)), type);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Sums_gather_in_float32_and_may_be_transposed(ScalarType type, int m, int k, int n)
    {
        using DisposeScope scope = NewDisposeScope();
        IPassProducts products = Create(type);
        Tensor a = Random(type, k, m).t(), b = Random(type, k, n), before = Random(ScalarType.Float32, m, n);
        Tensor plain = before.clone(), transposed = before.t().clone();
        products.AddTo(plain, a, b);
        products.AddTo(transposed.t(), a, b);
        Tensor expected = Wide(before) + Wide(a).mm(Wide(b));
        double most = 1e-6 * k + 1e-5; // nothing is rounded to the factors' type
        Distance(plain, expected).ShouldBeLessThan(most);
        Distance(transposed.t(), expected).ShouldBeLessThan(most);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Parts_of_larger_tensors_are_read_and_written_alone(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        IPassProducts products = Create(type);
        Tensor a = Random(type, 40, 96).narrow(1, 8, 48), b = Random(type, 48, 90).narrow(1, 10, 70), whole = Random(type, 40, 120),
            before = whole.clone();
        products.Into(whole.narrow(1, 30, 70), 0, a, b);
        ShouldBeClose(whole.narrow(1, 30, 70), Wide(a).mm(Wide(b)), type);
        whole.narrow(1, 0, 30).equal(before.narrow(1, 0, 30)).all().item<bool>().ShouldBeTrue();
        whole.narrow(1, 100, 20).equal(before.narrow(1, 100, 20)).all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void A_depth_that_the_kernels_do_not_take_is_computed_by_libtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        IPassProducts products = Create(ScalarType.BFloat16);
        Tensor a = Random(ScalarType.BFloat16, 20, 33), b = Random(ScalarType.BFloat16, 33, 40),
            result = empty_like(Random(ScalarType.BFloat16, 20, 40));
        products.Into(result, 0, a, b);
        ShouldBeClose(result, Wide(a).mm(Wide(b)), ScalarType.BFloat16);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void The_number_of_threads_changes_no_bit(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        IPassProducts products = Create(type);
        Tensor a = Random(type, 200, 1500), b = Random(type, 700, 1500).t();
        Tensor together = empty([200, 700], dtype: type), alone = empty([200, 700], dtype: type);
        products.Into(together, 0, a, b);
        // While one part runs, the gate of the threads is taken: what it computes itself, it computes alone.
        KernelThreads.Run(2, part =>
        {
            if (part == 1)
                products.Into(alone, 0, a, b);
        });
        together.equal(alone).all().item<bool>().ShouldBeTrue();
    }

    private static IPassProducts Create(ScalarType type)
    {
        Assert.SkipUnless(BlockKernel.Has(type), $"this processor has no {type} block kernels");
        return TorchProducts.FastestFor(type, CPU, new PassBuffers(type, CPU));
    }

    private Tensor Random(ScalarType type, params long[] shape) => rand(shape, generator: _random).sub_(0.5).to(type);

    private static Tensor Wide(Tensor t) => t.to(ScalarType.Float64);

    private static double Distance(Tensor a, Tensor b) => (Wide(a) - b).abs().max().item<double>();

    private static void ShouldBeClose(Tensor actual, Tensor expected, ScalarType type)
    {
        double size = expected.abs().max().item<double>();
        // half a unit of eight bits
        Distance(actual, expected).ShouldBeLessThan(type == ScalarType.Float32 ? 2e-5 * Math.Max(1, size) : size / 128);
    }
}
