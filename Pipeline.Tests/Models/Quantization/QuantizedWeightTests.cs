using Pipeline.Models;
using Pipeline.Models.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Quantization;

public sealed class QuantizedWeightTests
{
    /// <summary>Rows and columns: whole blocks, blocks across rows, a tail shorter than a vector, and less than one block.</summary>
    public static TheoryData<long, long> Shapes => new() { { 96, 128 }, { 96, 96 }, { 33, 17 }, { 3, 7 }, { 300, 1000 } };

    [Theory, MemberData(nameof(Shapes))]
    public void Eight_bits_come_back_within_half_a_scale(long rows, long columns)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Random(rows, columns);
        using QuantizedWeight quantized = QuantizedWeight.Create(weight, 8, CPU);
        Tensor back = Dequantized(quantized, ScalarType.Float32);
        Tensor scales = weight.abs().amax([1], keepdim: true) / 127;
        // In units of a scale; division and product round once each.
        ((back - weight).abs() / scales).max().item<float>().ShouldBeLessThanOrEqualTo(0.5f + 1e-4f);
        (back.abs().amax([1], keepdim: true) / 127 - scales).abs().max().item<float>()
            .ShouldBeLessThan(1e-7f, "the largest element of a row is exact");
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Four_bits_come_back_as_the_nearest_of_the_sixteen_levels(long rows, long columns)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Random(rows, columns);
        using QuantizedWeight quantized = QuantizedWeight.Create(weight, 4, CPU);
        float[] original = [.. weight.data<float>()], back = [.. Dequantized(quantized, ScalarType.Float32).data<float>()];
        double[] levels = [.. Nf4Levels.All.Select(l => (double)l)];
        for (int block = 0; block * Nf4Weight.Block < original.Length; block++)
        {
            float[] values = [.. original.Skip(block * Nf4Weight.Block).Take(Nf4Weight.Block)],
                returned = [.. back.Skip(block * Nf4Weight.Block).Take(Nf4Weight.Block)];
            // The element of largest magnitude is at an outer level, so it shows the scale.
            double scale = returned.Max(Math.Abs);
            scale.ShouldBe(values.Max(Math.Abs), 0.015 * scale, "a scale of 8 bits is exact to 1.5 %");
            for (int i = 0; i < values.Length; i++)
            {
                double nearest = levels.Min(level => Math.Abs(level * scale - values[i]));
                Math.Abs((double)returned[i] - values[i]).ShouldBe(nearest, 1e-5 * scale);
            }
        }
    }

    [Theory]
    [InlineData(8, 33, 17), InlineData(8, 300, 1000), InlineData(4, 96, 128), InlineData(4, 70, 640)]
    public void Few_rows_are_multiplied_as_by_the_whole_matrix(int bits, long rows, long columns)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using QuantizedWeight quantized = QuantizedWeight.Create(Random(rows, columns), bits, CPU);
        Tensor whole = Dequantized(quantized, ScalarType.Float32);
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            Tensor x = Random(3, columns).to(type).unsqueeze(0);
            Tensor product = quantized.Multiply(x).ShouldNotBeNull(), expected = nn.functional.linear(x.to(ScalarType.Float32), whole);
            product.shape.ShouldBe([1, 3, rows]);
            double most = expected.abs().max().item<float>() * (type == ScalarType.Float32 ? 1e-5 : 1.0 / 200);
            (product.to(ScalarType.Float32) - expected).abs().max().item<float>().ShouldBeLessThan((float)most);
        }
    }

    [Fact]
    public void Rows_that_begin_within_a_block_of_four_bits_are_not_read_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using QuantizedWeight quantized = QuantizedWeight.Create(Random(96, 96), 4, CPU);
        quantized.Multiply(Random(1, 96)).ShouldBeNull();
    }

    [Theory]
    [InlineData(8), InlineData(4)]
    public void Kernels_give_bitwise_what_torch_gives_in_every_type(int bits)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach ((long rows, long columns) in ((long, long)[])[(300, 1000), (33, 17), (640, 2048)])
        {
            using QuantizedWeight quantized = QuantizedWeight.Create(Random(rows, columns), bits, CPU);
            Tensor half = Dequantized(quantized, ScalarType.Float16), full = Dequantized(quantized, ScalarType.Float32);
            full.to(ScalarType.Float16).eq(half).all().item<bool>().ShouldBeTrue("float16 goes through torch");
            Dequantized(quantized, ScalarType.BFloat16).eq(full.to(ScalarType.BFloat16)).all().item<bool>()
                .ShouldBeTrue("bfloat16 is the float32 rounded");
        }
    }

    [Fact]
    public void Bfloat16_is_rounded_to_even_where_two_values_are_equally_near()
    {
        using DisposeScope scope = NewDisposeScope();
        // Multiples of 3 up to 381 have nine bits: from 257 on, every odd one lies between two numbers of eight.
        Tensor weight = arange(-127, 128, ScalarType.Float32).mul(3).view(1, 255);
        using QuantizedWeight quantized = QuantizedWeight.Create(weight, 8, CPU);
        Dequantized(quantized, ScalarType.Float32).eq(weight).all().item<bool>().ShouldBeTrue();
        Tensor back = Dequantized(quantized, ScalarType.BFloat16);
        back.eq(weight.to(ScalarType.BFloat16)).all().item<bool>().ShouldBeTrue();
        (back[0, 254].item<BFloat16>().ToSingle(), back[0, 252].item<BFloat16>().ToSingle()).ShouldBe((380f, 376f), "381 and 375");
    }

    [Theory]
    [InlineData(8, ScalarType.BFloat16), InlineData(4, ScalarType.BFloat16), InlineData(8, ScalarType.Float16),
        InlineData(4, ScalarType.Float16)]
    public void The_type_of_the_checkpoint_does_not_matter(int bits, ScalarType stored)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Random(64, 192).to(stored);
        using QuantizedWeight fromStored = QuantizedWeight.Create(weight, bits, CPU),
            fromFloat = QuantizedWeight.Create(weight.to(ScalarType.Float32), bits, CPU);
        Dequantized(fromStored, ScalarType.Float32).eq(Dequantized(fromFloat, ScalarType.Float32)).all().item<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData(8), InlineData(4)]
    public void Zeros_stay_zeros_and_tiny_rows_beside_large_ones_keep_their_size(int bits)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Random(8, 128);
        weight[0] = weight[0] * 100;
        weight[1] = zeros(128);
        weight[2] = weight[2] * 1e-40;
        using QuantizedWeight quantized = QuantizedWeight.Create(weight, bits, CPU);
        Tensor back = Dequantized(quantized, ScalarType.Float32);
        back[1].abs().max().item<float>().ShouldBe(0);
        isfinite(back).all().item<bool>().ShouldBeTrue();
        double error = (back[3] - weight[3]).norm().item<float>() / weight[3].norm().item<float>();
        error.ShouldBeLessThan(bits == 8 ? 0.01 : 0.15);
    }

    [Fact]
    public void A_large_matrix_is_quantized_in_parts_as_if_at_once()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Random(5, 1 << 20);     // more than is quantized at once
        foreach (int bits in (int[])[8, 4])
        {
            using QuantizedWeight whole = QuantizedWeight.Create(weight, bits, CPU),
                last = QuantizedWeight.Create(weight.narrow(0, 4, 1), bits, CPU);
            Dequantized(whole, ScalarType.Float32).narrow(0, 4, 1).eq(Dequantized(last, ScalarType.Float32)).all().item<bool>()
                .ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(8, float.NaN), InlineData(8, float.PositiveInfinity), InlineData(4, float.NaN), InlineData(4, float.NegativeInfinity)]
    public void Weights_that_are_not_finite_are_refused(int bits, float value)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Random(8, 128);
        weight[3, 5] = value;
        Should.Throw<InputException>(() => QuantizedWeight.Create(weight, bits, CPU)).Message.ShouldContain("infinities or not-a-numbers");
    }

    private static Tensor Random(long rows, long columns)
    {
        using Generator generator = new(7);
        return randn(rows, columns, generator: generator) * 0.02;
    }

    private static Tensor Dequantized(QuantizedWeight weight, ScalarType type)
    {
        Tensor target = full([weight.Rows, weight.Columns], 123, dtype: type);
        weight.DequantizeInto(target);
        return target;
    }
}
