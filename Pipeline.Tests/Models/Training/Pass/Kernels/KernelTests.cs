using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Optimization;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training.Pass.Kernels;

public sealed class KernelTests
{
    [Fact]
    public void Exponentials_are_within_two_units_in_the_last_place()
    {
        for (double x = -86; x < 87; x += 0.0137)
        {
            float given = (float)x;
            VectorMath.Exp(given).ShouldBe((float)Math.Exp(given), (float)(Math.Exp(given) * 2.4e-7), $"e^{given}");
        }
        VectorMath.Exp(-1000f).ShouldBe(0, 1e-37f);
        float.IsFinite(VectorMath.Exp(1000f)).ShouldBeTrue();
    }

    [Fact]
    public unsafe void Bfloat16_is_rounded_as_libtorch_rounds()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(1);
        Tensor values = cat([randn([4096], generator: generator).mul_(100),
            tensor(new[] { 1.00390625f, 1.01171875f, -1.00390625f, 0f, -0f, 3.4e38f, 1e-40f })]);
        Tensor expected = values.to(ScalarType.BFloat16), stored = empty_like(expected);
        Matrix source = Matrix.Of(values), target = Matrix.Of(stored);
        long i = 0;
        for (; i + 16 <= values.shape[0]; i += 16)
            BFloat16Element.Store((byte*)target.Data, i, Vector512.Load((float*)source.Data + i));
        for (; i < values.shape[0]; i++)
            BFloat16Element.StoreOne((byte*)target.Data, i, ((float*)source.Data)[i]);
        stored.bytes.ToArray().ShouldBe(expected.bytes.ToArray());
        BFloat16Element.LoadOne((byte*)target.Data, 5).ShouldBe(expected[5].to(ScalarType.Float32).item<float>());
        BFloat16Element.Load((byte*)target.Data, 16)[3].ShouldBe(expected[19].to(ScalarType.Float32).item<float>());
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void An_update_of_adamw_equals_torchs(double weightDecay)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(2);
        // More numbers than one thread takes, and no multiple of a vector.
        Tensor start = randn([70_003], generator: generator);
        TorchSharp.Modules.Parameter ours = new(start.clone());
        TorchSharp.Modules.Parameter theirs = new(start.clone());
        using AdamW optimizer = new([KeyValuePair.Create<string, Tensor>("w", ours)], new TrainingArguments { WeightDecay = weightDecay });
        using TorchSharp.Modules.AdamW reference = optim.AdamW([theirs], 1e-2, weight_decay: weightDecay);
        for (int step = 0; step < 5; step++)
        {
            Tensor gradient = randn([70_003], generator: generator);
            ours.grad = gradient.clone();
            theirs.grad = gradient.clone();
            optimizer.Step(1e-2, 1);
            reference.step();
        }
        (ours - theirs).abs().max().item<float>().ShouldBeLessThan(2e-6f);
    }

    [Fact]
    public void Rows_that_do_not_lie_evenly_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor columns = zeros(8, 6).t();
        Should.Throw<ArgumentException>(() => Matrix.Of(columns)).Message.ShouldContain("do not lie evenly");
        Matrix.Of(zeros(8, 6).narrow(1, 2, 3))
            .ShouldSatisfyAllConditions(m => m.Rows.ShouldBe(8), m => m.Width.ShouldBe(3), m => m.Stride.ShouldBe(6));
    }
}
