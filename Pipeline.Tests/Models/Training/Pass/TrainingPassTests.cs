using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Runtime;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Loop;
using Pipeline.Models.Training.Pass;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static Pipeline.Tests.Models.Training.Pass.PassAdapters;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training.Pass;

/// <summary>The hand-written way back against autograd through the modules, for every family and type.</summary>
public sealed class TrainingPassTests
{
    public static TheoryData<string, ScalarType, bool> Models()
    {
        TheoryData<string, ScalarType, bool> cases = new();
        foreach (string name in PassModels.Names)
        {
            foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
            {
                cases.Add(name, type, false);
                cases.Add(name, type, true);
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Loss_and_gradients_equal_those_of_autograd(string name, ScalarType type, bool checkpointing)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create(name, type);
        using LoraAdapter adapter = Inject(model, "all");
        TokenizedExample[] examples = PassModels.Examples(model.Config, 5, 40, 17, 70, 16, 16, 100);
        int targets = examples.Sum(TrainingBatch.CountTargets);
        (double expected, Tensor[] gradients) = Autograd(model, adapter, examples, targets);

        using TrainingPass pass = new(model, checkpointing);
        using TrainingBatch batch = TrainingBatch.Collate(examples, CPU);
        for (int time = 0; time < 2; time++)    // the second finds used buffers
        {
            double loss = pass.Backward(batch, 1.0 / targets).CrossEntropy / targets;
            loss.ShouldBe(expected, type == ScalarType.Float32 ? 1e-5 : 0.02);
            foreach ((Tensor ours, Tensor theirs) in Gradients(adapter).Zip(gradients))
                // eight bits, and the two round in different places
                Distance(ours, theirs).ShouldBeLessThan(type == ScalarType.Float32 ? 2e-4 : 0.15);
        }
        (pass.Loss(batch) / targets).ShouldBe(expected, type == ScalarType.Float32 ? 1e-5 : 0.02);
    }

    [Theory]
    [InlineData("phi3")]
    [InlineData("phi3-window")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void In_bfloat16_gradients_are_about_as_close_to_the_exact_ones_as_those_of_autograd(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create(name, ScalarType.BFloat16), exactModel = PassModels.Create(name, ScalarType.Float32);
        using (no_grad())
        {
            foreach ((KeyValuePair<string, Tensor> wide, KeyValuePair<string, Tensor> narrow) in exactModel.Weights().Zip(model.Weights()))
                wide.Value.copy_(narrow.Value);
        }
        using LoraAdapter adapter = Inject(model, "all"), exactAdapter = Inject(exactModel, "all");
        TokenizedExample[] examples = PassModels.Examples(model.Config, 5, 40, 17, 70, 16, 16, 100);
        (_, Tensor[] usual) = Autograd(model, adapter, examples, 40);
        (_, Tensor[] exact) = Autograd(exactModel, exactAdapter, examples, 40);
        using TrainingPass pass = new(model);
        using TrainingBatch batch = TrainingBatch.Collate(examples, CPU);
        pass.Backward(batch, 1.0 / 40);
        Tensor Joined(Tensor[] gradients) => cat([.. gradients.Select(g => g.view(-1))]);
        Distance(Joined(Gradients(adapter)), Joined(exact)).ShouldBeLessThan(1.4 * Distance(Joined(usual), Joined(exact)));
    }

    [Theory]
    [InlineData("phi3-longrope")]
    [InlineData("phi3-window")]
    [InlineData("qwen2")]
    [InlineData("mistral")]
    [InlineData("qwen3")]
    public void Kernels_of_libtorch_compute_the_same_as_the_fused_ones(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create(name, ScalarType.Float32);
        using LoraAdapter adapter = Inject(model, "all");
        using TrainingBatch batch = TrainingBatch.Collate(PassModels.Examples(model.Config, 40, 17, 70), CPU);
        using TrainingPass fused = new(model);
        using TrainingPass plain = new(model, kernels: new TorchKernels());
        double loss = fused.Backward(batch, 0.01).CrossEntropy;
        Tensor[] gradients = Gradients(adapter);
        plain.Backward(batch, 0.01).CrossEntropy.ShouldBe(loss, loss * 1e-5);
        foreach ((Tensor ours, Tensor theirs) in Gradients(adapter).Zip(gradients))
            Distance(ours, theirs).ShouldBeLessThan(2e-4);
    }

    [Fact]
    public void Dropped_inputs_of_either_kernels_are_as_many_as_asked_for_and_the_rest_is_scaled()
    {
        foreach (IPassKernels kernels in (IPassKernels[])[new SimdKernels<Float32Element>(), new TorchKernels()])
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = ones(300, 331), y = empty_like(x), again = zeros_like(x);
            kernels.Drop(x, y, 0.25, 5);
            y.eq(0).to(ScalarType.Float32).mean().item<float>().ShouldBe(0.25f, 0.005f);
            y.max().item<float>().ShouldBe(1 / 0.75f, 1e-6f);
            kernels.AddDropped(x, again, 0.25, 5);
            again.allclose(y, 0, 0).ShouldBeTrue("the way back drops the same");
        }
    }

    [Theory]
    [InlineData("phi3")]
    [InlineData("qwen2")]
    [InlineData("llama-bias")]
    [InlineData("qwen3")]
    public void Gradients_of_a_dora_adapter_equal_those_of_autograd(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create(name, ScalarType.Float32);
        using LoraAdapter adapter = Inject(model, "all", dora: true);
        TokenizedExample[] examples = PassModels.Examples(model.Config, 40, 17);
        (double expected, Tensor[] gradients) = Autograd(model, adapter, examples, 40);
        using TrainingPass pass = new(model);
        using TrainingBatch batch = TrainingBatch.Collate(examples, CPU);
        (pass.Backward(batch, 1.0 / 40).CrossEntropy / 40).ShouldBe(expected, 1e-5);
        foreach ((Tensor ours, Tensor theirs) in Gradients(adapter).Zip(gradients))
            Distance(ours, theirs).ShouldBeLessThan(2e-4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_with_dropout_and_noise_equal_finite_differences(bool dora)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create("qwen2", ScalarType.Float32);
        using LoraAdapter adapter = Inject(model, "all", dora);
        using TrainingBatch batch = TrainingBatch.Collate(PassModels.Examples(model.Config, 40, 17), CPU);
        using TrainingPass pass = new(model);
        StepNoise noise = Dropout(3) with { NeftuneAlpha = 5, NeftuneSeed = 4 };
        pass.Backward(batch, 1, noise);
        // DoRA takes its norm as a constant, so that A and B have no difference quotient; the magnitudes of every layer do.
        (Tensor Weight, Tensor Gradient)[] weights = [.. adapter.NamedTensors().Zip(Gradients(adapter))
            .Where(w => !dora || w.First.Key.Contains("magnitude", StringComparison.Ordinal)).Select(w => (w.First.Value, w.Second))];
        weights.ShouldNotBeEmpty();
        double norm = Math.Sqrt(weights.Sum(w => Math.Pow(w.Gradient.norm().item<float>(), 2)));
        const double Step = 2e-3;
        double quotient = (LossAt(Step) - LossAt(-Step)) / (2 * Step);
        quotient.ShouldBe(norm, norm * 0.01, "along its own direction a gradient's slope is its norm");

        double LossAt(double distance)
        {
            using IDisposable noGrad = no_grad();
            foreach ((Tensor weight, Tensor gradient) in weights)
                weight.add_(gradient, distance / norm);
            double loss = pass.Backward(batch, 1, noise).CrossEntropy;
            foreach ((Tensor weight, Tensor gradient) in weights)
                weight.add_(gradient, -distance / norm);
            return loss;
        }
    }

    [Theory]
    [InlineData("llama", 8)]
    [InlineData("llama", 4)]
    [InlineData("llama-bias", 4)]
    [InlineData("mistral", 4)]
    [InlineData("qwen3", 8)]
    [InlineData("qwen3", 4)]
    public void A_quantized_base_trains_as_its_dequantized_weights_would(string name, int bits)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create(name, ScalarType.Float32, bits);
        using LoraAdapter adapter = Inject(model, "all");
        TokenizedExample[] examples = PassModels.Examples(model.Config, 40, 17);
        (double expected, Tensor[] gradients) = Autograd(model, adapter, examples, 40);
        using TrainingPass pass = new(model);
        using TrainingBatch batch = TrainingBatch.Collate(examples, CPU);
        (pass.Backward(batch, 1.0 / 40).CrossEntropy / 40).ShouldBe(expected, 1e-5);
        foreach ((Tensor ours, Tensor theirs) in Gradients(adapter).Zip(gradients))
            Distance(ours, theirs).ShouldBeLessThan(2e-4);
    }

    [Fact]
    public void A_large_batch_then_a_small_one_give_what_each_gives_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create("phi3", ScalarType.Float32);
        using LoraAdapter adapter = Inject(model, "all");
        using TrainingBatch small = TrainingBatch.Collate(PassModels.Examples(model.Config, 20), CPU);
        using TrainingBatch large = TrainingBatch.Collate(PassModels.Examples(model.Config, 90, 300), CPU);
        using TrainingPass used = new(model);
        using TrainingPass fresh = new(model);
        used.Backward(large, 1);
        _ = Gradients(adapter);
        double loss = used.Backward(small, 1).CrossEntropy;
        Tensor[] gradients = Gradients(adapter);
        fresh.Backward(small, 1).CrossEntropy.ShouldBe(loss);
        foreach ((Tensor ours, Tensor theirs) in gradients.Zip(Gradients(adapter)))
            ours.allclose(theirs, 0, 0).ShouldBeTrue();
    }

    [Fact]
    public void Examples_of_a_batch_do_not_see_each_other()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create("phi3", ScalarType.Float32);
        using TrainingPass pass = new(model);
        TokenizedExample[] examples = PassModels.Examples(model.Config, 33, 7, 64, 80);
        double alone = examples.Sum(example =>
        {
            using TrainingBatch one = TrainingBatch.Collate([example], CPU);
            return pass.Loss(one);
        });
        using TrainingBatch all = TrainingBatch.Collate(examples, CPU);
        pass.Loss(all).ShouldBe(alone, alone * 1e-6);
    }

    [Fact]
    public void Queries_in_several_blocks_give_the_loss_and_gradients_of_autograd()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create("phi3", ScalarType.Float32);
        using LoraAdapter adapter = Inject(model, "qkv_proj");
        TokenizedExample[] examples = PassModels.Examples(model.Config, 1100);
        (double expected, Tensor[] gradients) = Autograd(model, adapter, examples, 1);
        using TrainingPass pass = new(model);
        using TrainingBatch batch = TrainingBatch.Collate(examples, CPU);
        pass.Backward(batch, 1).CrossEntropy.ShouldBe(expected, expected * 1e-5);
        foreach ((Tensor ours, Tensor theirs) in Gradients(adapter).Zip(gradients))
            Distance(ours, theirs).ShouldBeLessThan(2e-4);
    }

    [Fact]
    public void Only_the_adapter_takes_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = TinyTraining.Model();
        using LoraAdapter adapter = LoraInjector.Inject(model, new LoraConfig { Rank = 2, Alpha = 4, TargetModules = ["o_proj"] }, seed: 1);
        using TrainingBatch batch = TrainingBatch.Collate(TinyTraining.Examples(2), CPU);
        using TrainingPass pass = new(model);
        pass.Backward(batch, 1);
        model.parameters().ShouldAllBe(p => !p.requires_grad && ReferenceEquals(p.grad, null));
        adapter.NamedTensors().ShouldAllBe(w => !ReferenceEquals(w.Value.grad, null));
    }

    [Fact]
    public void Evaluation_equals_the_loss_over_all_logits()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = TinyTraining.Model();
        using LoraAdapter adapter = Inject(model, "all");
        TokenizedExample[] examples = TinyTraining.Examples(5);
        (double expected, _) = Autograd(model, adapter, examples, examples.Sum(TrainingBatch.CountTargets));
        LossEvaluator.Evaluate(model, examples, 2, TestContext.Current.CancellationToken).Loss.ShouldBe(expected, 1e-5);
    }

    [Fact]
    public void Dropout_changes_with_the_seed_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create("phi3", ScalarType.Float32);
        using LoraAdapter adapter = Inject(model, "all");
        using TrainingBatch batch = TrainingBatch.Collate(PassModels.Examples(model.Config, 30, 50), CPU);
        using TrainingPass pass = new(model);
        using TrainingPass other = new(model, checkpointing: true);
        double loss = pass.Backward(batch, 1, Dropout(7)).CrossEntropy;
        Tensor[] gradients = Gradients(adapter);
        other.Backward(batch, 1, Dropout(7)).CrossEntropy.ShouldBe(loss, "the recomputed layer drops the same");
        foreach ((Tensor ours, Tensor theirs) in gradients.Zip(Gradients(adapter)))
            ours.allclose(theirs, 0, 0).ShouldBeTrue();
        pass.Backward(batch, 1, Dropout(8)).CrossEntropy.ShouldNotBe(loss);
        pass.Loss(batch).ShouldNotBe(loss);
    }

    private static StepNoise Dropout(long seed) => new(new DropoutMask(0.3, seed), 0, 0);

    // Each example alone through the modules: no padding, no packing, no chunks.
    private static (double Loss, Tensor[] Gradients) Autograd(DecoderModel model, LoraAdapter adapter, TokenizedExample[] examples,
        double divisor)
    {
        double sum = 0;
        foreach (TokenizedExample example in examples)
        {
            Tensor ids = tensor(example.InputIds.Select(i => (long)i).ToArray()).unsqueeze(0);
            Tensor labels = tensor(example.Labels.Select(i => (long)i).ToArray());
            Tensor logits = model.Logits(model.Forward(ids)).squeeze(0);
            Tensor loss = nn.functional.cross_entropy(logits.narrow(0, 0, logits.shape[0] - 1), labels.narrow(0, 1, logits.shape[0] - 1),
                ignore_index: TokenizedExample.Ignored, reduction: nn.Reduction.Sum) / divisor;
            loss.backward();
            sum += loss.item<float>();
        }
        return (sum, Gradients(adapter));
    }
}
