using Pipeline.Models;
using Pipeline.Models.Quantization.Blocks;
using Pipeline.Models.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Quantization.Blocks;

public sealed unsafe class BlockProductTests
{
    public static TheoryData<string, int, int> Shapes => new()
    {
        { "Q8_0", 16, 32 }, { "Q8_0", 37, 96 }, { "Q8_0", 50, 70 },
        { "Q4_0", 16, 32 }, { "Q4_0", 37, 96 }, { "Q4_0", 50, 70 },
        { "Q4_1", 16, 32 }, { "Q4_1", 37, 96 }, { "Q4_1", 50, 70 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_path_and_every_batch_gives_the_bits_of_the_scalar_reference(string format, int outputs, int inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        using BlockWeight weight = BlockWeight.Quantize(Random(outputs, inputs, 1), Format(format));
        Tensor x = Random(17, inputs, 2);
        x[3].zero_();
        x[4].mul_(1e-38f);
        foreach (int rows in (int[])[1, 2, 3, 6, 7, 16, 17])
        {
            using ActivationBlocks blocks = Round(x.narrow(0, 0, rows));
            int[] expected = Reference(weight, blocks);
            Bits<VnniPath>(weight, blocks)?.ShouldBe(expected, $"AVX-VNNI, {rows} rows");
            Bits<Avx2Path>(weight, blocks)?.ShouldBe(expected, $"AVX2, {rows} rows");
            Bits<PortablePath>(weight, blocks).ShouldBe(expected, $"portable, {rows} rows");
        }
    }

    [Theory]
    [InlineData("Q8_0"), InlineData("Q4_0"), InlineData("Q4_1")]
    public void Extreme_codes_and_activations_overflow_nowhere(string format)
    {
        BlockFormat kind = Format(format);
        byte[] bytes = new byte[16 * kind.Bytes];
        for (int row = 0; row < 16; row++)
        {
            Span<byte> block = bytes.AsSpan(row * kind.Bytes, kind.Bytes);
            block.Fill(row % 3 == 0 ? (byte)0x80 : row % 3 == 1 ? (byte)0xFF : (byte)0x7F);
            BitConverter.TryWriteBytes(block, (Half)(row - 7.5f));
            if (kind.HasMinimum)
                BitConverter.TryWriteBytes(block[2..], (Half)(-row));
        }
        using BlockWeight weight = BlockWeight.FromBlocks(bytes, kind, 16, 32);
        using DisposeScope scope = NewDisposeScope();
        using ActivationBlocks blocks = Round(cat([ones(1, 32), -ones(1, 32), ones(1, 32)]));
        int[] expected = Reference(weight, blocks);
        Bits<VnniPath>(weight, blocks)?.ShouldBe(expected);
        Bits<Avx2Path>(weight, blocks)?.ShouldBe(expected);
        Bits<PortablePath>(weight, blocks).ShouldBe(expected);
    }

    [Theory]
    [InlineData("Q8_0", 0.012), InlineData("Q4_0", 0.012), InlineData("Q4_1", 0.012)]
    public void A_product_is_the_one_with_the_restored_weight_but_for_the_rounding_of_the_activations(string format, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using BlockWeight weight = BlockWeight.Quantize(Random(96, 256, 1), Format(format));
        Tensor restored = empty(96, 256);
        weight.DequantizeInto(restored);
        foreach (ScalarType dtype in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            Tensor x = Random(6, 256, 3).to(dtype).view(2, 3, 256);
            Tensor product = weight.Multiply(x).ShouldNotBeNull(), expected = nn.functional.linear(x.to(ScalarType.Float32), restored);
            product.dtype.ShouldBe(dtype);
            product.shape.ShouldBe([2, 3, 96]);
            Tensor difference = product.to(ScalarType.Float32) - expected;
            (difference.square().mean().sqrt() / expected.square().mean().sqrt()).item<float>().ShouldBeLessThan((float)tolerance);
        }
    }

    [Fact]
    public void A_row_does_not_depend_on_the_rows_beside_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using BlockWeight weight = BlockWeight.Quantize(Random(200, 128, 1), BlockFormat.Q8);
        Tensor x = Random(203, 128, 4), all = weight.Multiply(x).ShouldNotBeNull();
        foreach (int row in (int[])[0, 5, 95, 96, 202])
            weight.Multiply(x.narrow(0, row, 1)).ShouldNotBeNull().eq(all.narrow(0, row, 1)).all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void A_product_allocates_nothing_on_the_managed_heap()
    {
        using BlockWeight weight = BlockWeight.Quantize(ones(512, 512), BlockFormat.Q8);
        float[] numbers = new float[4 * 512], result = new float[4 * 512];
        fixed (float* x = numbers, y = result)
        {
            Matrix from = new((nint)x, 4, 512, 512), to = new((nint)y, 4, 512, 512);
            BlockProduct.Into<Float32Element>(from, weight, to);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                BlockProduct.Into<Float32Element>(from, weight, to);
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100);
        }
    }

    [Fact]
    public void Not_a_number_among_the_activations_reaches_the_result()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using BlockWeight weight = BlockWeight.Quantize(ones(16, 64), BlockFormat.Q8);
        Tensor x = ones(1, 64);
        x[0, 40] = float.NaN;
        weight.Multiply(x).ShouldNotBeNull().isnan().all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void A_weight_that_half_precision_cannot_scale_is_refused()
    {
        using Tensor huge = full([16, 32], 1e9f), damaged = full([16, 32], float.NaN);
        Should.Throw<InputException>(() => BlockWeight.Quantize(huge, BlockFormat.Q8)).Message.ShouldContain("half precision");
        Should.Throw<InputException>(() => BlockWeight.Quantize(damaged, BlockFormat.Q4)).Message.ShouldContain("infinities");
    }

    internal static BlockFormat Format(string name) =>
        new[] { BlockFormat.Q8, BlockFormat.Q4, BlockFormat.Q4WithMinimum }.Single(format => format.Name == name);

    private static Tensor Random(int rows, int columns, int seed)
    {
        using Generator generator = new((ulong)seed);
        return randn(rows, columns, generator: generator);
    }

    private static ActivationBlocks Round(Tensor x)
    {
        ActivationBlocks blocks = new();
        blocks.Resize(x.shape[0], x.shape[1]);
        using Tensor contiguous = x.contiguous();
        for (long row = 0; row < x.shape[0]; row++)
            blocks.Round<Float32Element>(row, (byte*)TensorMemory.Start(contiguous) + row * x.shape[1] * sizeof(float), x.shape[1]);
        return blocks;
    }

    // As the documentation of the kernel states it, number by number, from the blocks as a file holds them.
    private static int[] Reference(BlockWeight weight, ActivationBlocks x)
    {
        List<int> bits = [];
        byte[] block = new byte[weight.Format.Bytes];
        for (long row = 0; row < x.Rows; row++)
        {
            for (long output = 0; output < weight.Rows; output++)
            {
                float total = 0;
                for (long i = 0; i < x.Blocks; i++)
                {
                    weight.Take(output, i, block);
                    int products = 0, sum = 0;
                    for (int j = 0; j < 32; j++)
                    {
                        int code = x.Codes(row)[i * 32 + j];
                        products += code * Code(weight.Format, block, j);
                        sum += code;
                    }
                    float scale = x.Scales(row)[i];
                    total = MathF.FusedMultiplyAdd(products, BlockCodec.HalfAt(block, 0) * scale, total);
                    if (weight.Format.HasMinimum)
                        total = MathF.FusedMultiplyAdd(BlockCodec.HalfAt(block, 2), scale * sum, total);
                }
                bits.Add(BitConverter.SingleToInt32Bits(total));
            }
        }
        return [.. bits];
    }

    private static int Code(BlockFormat format, byte[] block, int index)
    {
        if (format.Bits == 8)
            return (sbyte)block[2 + index];
        byte pair = block[format.HeadBytes + index % 16];
        return (index < 16 ? pair & 15 : pair >> 4) - format.Zero;
    }

    private static int[]? Bits<TPath>(BlockWeight weight, ActivationBlocks x) where TPath : struct, IBlockPath
    {
        if (!TPath.IsSupported)
            return null;
        float[] result = new float[x.Rows * weight.Rows];
        fixed (float* y = result)
            BlockProduct.Run<TPath>(weight, 0, weight.Memory.Groups, x, y, weight.Rows);
        return [.. result.Select(BitConverter.SingleToInt32Bits)];
    }
}
