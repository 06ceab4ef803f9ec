using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Pass;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static Pipeline.Tests.Models.Training.Pass.PassAdapters;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training.Pass;

/// <summary>KL(base ‖ adapter) over all positions of retained examples, against autograd over whole logits.</summary>
public sealed class RetentionPassTests
{
    private const double LossScale = 1.0 / 30, RetentionScale = 0.7 / 90;

    public static TheoryData<string, ScalarType, bool> Models()
    {
        TheoryData<string, ScalarType, bool> cases = new();
        foreach (string name in PassModels.Names)
        {
            cases.Add(name, ScalarType.Float32, false);
            cases.Add(name, ScalarType.BFloat16, true);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Divergence_and_gradients_equal_those_of_autograd(string name, ScalarType type, bool checkpointing)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create(name, type);
        using LoraAdapter adapter = Inject(model, "all");
        // Eight bits, and the two round in different places.
        CheckAgainstAutograd(model, adapter, checkpointing, type == ScalarType.Float32 ? 2e-4 : 0.15, kernels: null);
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(4, false)]
    [InlineData(null, true)]
    public void A_quantized_base_and_dora_are_held_to_the_same_base(int? bits, bool dora)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create("llama-bias", ScalarType.Float32, bits);
        using LoraAdapter adapter = Inject(model, "all", dora);
        CheckAgainstAutograd(model, adapter, checkpointing: false, 2e-4, kernels: null);
    }

    [Fact]
    public void Kernels_of_libtorch_compute_the_same()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create("qwen2", ScalarType.Float32);
        using LoraAdapter adapter = Inject(model, "all");
        CheckAgainstAutograd(model, adapter, checkpointing: false, 2e-4, new TorchKernels());
    }

    [Fact]
    public void A_large_vocabulary_is_taken_in_parts_to_the_same_effect()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = new(DecoderConfig.Parse("""
            {"model_type": "llama", "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1,
             "num_key_value_heads": 1, "vocab_size": 66000, "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
             "hidden_act": "silu", "tie_word_embeddings": true, "initializer_range": 0.3}
            """, "wide"), ScalarType.Float32, CPU);
        using Generator generator = new(5);
        model.InitializeWeights(generator);
        using LoraAdapter adapter = Inject(model, "all");
        TokenizedExample[] retained = PassModels.Examples(model.Config, 300); // 256 rows at a time
        using TrainingBatch batch = TrainingBatch.Collate([], CPU, retained);
        using TrainingPass pass = new(model);
        double expected = Autograd(model, adapter, [], retained).Divergence;
        Tensor[] gradients = Gradients(adapter);
        pass.Backward(batch, LossScale, retentionScale: RetentionScale).Divergence.ShouldBe(expected, expected * 1e-4);
        foreach ((Tensor ours, Tensor theirs) in Gradients(adapter).Zip(gradients))
            Distance(ours, theirs).ShouldBeLessThan(1e-3);
    }

    [Theory]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.BFloat16, false)]
    [InlineData(ScalarType.Float32, true)]
    public void An_adapter_that_changes_nothing_diverges_by_nothing_and_is_not_moved(ScalarType type, bool dora)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create("phi3", type);
        LoraConfig config = new() { Rank = 4, Alpha = 8, TargetModules = ["all"], UseDora = dora };
        using LoraAdapter adapter = LoraInjector.Inject(model, config, seed: 1);
        using TrainingBatch batch = TrainingBatch.Collate(PassModels.Examples(model.Config, 20), CPU,
            PassModels.Examples(model.Config, 33));
        using TrainingPass pass = new(model);
        pass.Backward(batch, 0, retentionScale: 1).Divergence.ShouldBe(0, 1e-5);
        adapter.NamedTensors().Max(w => w.Value.grad!.abs().max().item<float>()).ShouldBeLessThan(1e-4f);
    }

    [Fact]
    public void Retained_examples_neither_see_others_nor_the_noise_of_their_embeddings()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = PassModels.Create("qwen3", ScalarType.Float32);
        using LoraAdapter adapter = Inject(model, "all");
        TokenizedExample[] retained = PassModels.Examples(model.Config, 33, 7);
        using TrainingPass pass = new(model);
        using TrainingBatch alone = TrainingBatch.Collate([], CPU, retained);
        using TrainingBatch beside = TrainingBatch.Collate(PassModels.Examples(model.Config, 40, 17), CPU, retained);
        double expected = pass.Backward(alone, 1, retentionScale: 1).Divergence;
        pass.Backward(beside, 1, StepNoise.None with { NeftuneAlpha = 5, NeftuneSeed = 3 }, retentionScale: 1).Divergence
            .ShouldBe(expected, expected * 1e-5);
    }

    private static void CheckAgainstAutograd(DecoderModel model, LoraAdapter adapter, bool checkpointing, double tolerance,
        IPassKernels? kernels)
    {
        TokenizedExample[] taught = PassModels.Examples(model.Config, 40, 17), retained = PassModels.Examples(model.Config, 25, 70, 3);
        (double loss, double divergence) = Autograd(model, adapter, taught, retained);
        Tensor[] gradients = Gradients(adapter);
        using TrainingPass pass = new(model, checkpointing, kernels);
        using TrainingBatch batch = TrainingBatch.Collate(taught, CPU, retained);
        for (int time = 0; time < 2; time++)    // the second finds used buffers
        {
            PassLoss sums = pass.Backward(batch, LossScale, retentionScale: RetentionScale);
            sums.CrossEntropy.ShouldBe(loss, loss * tolerance);
            sums.Divergence.ShouldBe(divergence, divergence * tolerance);
            foreach ((Tensor ours, Tensor theirs) in Gradients(adapter).Zip(gradients))
                Distance(ours, theirs).ShouldBeLessThan(tolerance);
        }
    }

    // Each example alone through the modules, with and without the adapter; the gradients stay on the adapter.
    private static (double CrossEntropy, double Divergence) Autograd(DecoderModel model, LoraAdapter adapter, TokenizedExample[] taught,
        TokenizedExample[] retained)
    {
        double sum = 0, divergence = 0;
        foreach (TokenizedExample example in taught)
        {
            Tensor logits = Logits(example);
            Tensor labels = tensor(example.Labels.Select(i => (long)i).ToArray());
            Tensor loss = nn.functional.cross_entropy(logits.narrow(0, 0, logits.shape[0] - 1), labels.narrow(0, 1, logits.shape[0] - 1),
                ignore_index: TokenizedExample.Ignored, reduction: nn.Reduction.Sum);
            (loss * LossScale).backward();
            sum += loss.item<float>();
        }
        foreach (TokenizedExample example in retained)
        {
            LoraAdapter.DetachAll(model);
            Tensor wanted = nn.functional.log_softmax(Logits(example), -1).detach();
            adapter.Attach();
            Tensor own = nn.functional.log_softmax(Logits(example), -1);
            Tensor kl = (wanted.exp() * (wanted - own)).sum();
            (kl * RetentionScale).backward();
            divergence += kl.item<float>();
        }
        return (sum, divergence);

        Tensor Logits(TokenizedExample example) => model.Logits(model.Forward(
            tensor(example.InputIds.Select(i => (long)i).ToArray()).unsqueeze(0))).squeeze(0).to(ScalarType.Float32);
    }
}
