using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training;

public sealed class TargetLossTests
{
    [Fact]
    public void Loss_of_target_rows_alone_equals_the_loss_over_all_logits_with_its_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = TinyTraining.Model();
        using LoraAdapter adapter = LoraInjector.Inject(model, new LoraConfig { Rank = 2, Alpha = 4, TargetModules = ["all"] }, seed: 1);
        MakeUpdatesNonZero(adapter);
        TokenizedExample[] examples = TinyTraining.Examples(5);
        using TrainingBatch batch = TrainingBatch.Collate(examples, CPU);
        int targets = examples.Sum(TrainingBatch.CountTargets);

        double sum = TargetLoss.Backward(model, batch, targets);
        Tensor[] gradients = Gradients(adapter);

        Tensor labels = full([5, batch.InputIds.shape[1]], -100, dtype: ScalarType.Int64);
        for (int i = 0; i < 5; i++)
            labels[i].narrow(0, 0, examples[i].Labels.Length).copy_(tensor(examples[i].Labels.Select(l => (long)l).ToArray()));
        Tensor logits = model.Logits(model.Forward(batch.InputIds));
        Tensor reference = nn.functional.cross_entropy(
            logits.narrow(1, 0, logits.shape[1] - 1).flatten(0, 1), labels.narrow(1, 1, logits.shape[1] - 1).flatten(), ignore_index: -100);
        reference.backward();

        (sum / targets).ShouldBe(reference.item<float>(), 1e-5);
        foreach ((Tensor ours, Tensor theirs) in gradients.Zip(Gradients(adapter)))
            (ours - theirs).abs().max().item<float>().ShouldBeLessThan(1e-5f);
        LossEvaluator.Evaluate(model, examples, 2, TestContext.Current.CancellationToken).Loss.ShouldBe(reference.item<float>(), 1e-5);
    }

    [Fact]
    public void Only_the_adapter_takes_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = TinyTraining.Model();
        using LoraAdapter adapter = LoraInjector.Inject(model, new LoraConfig { Rank = 2, Alpha = 4, TargetModules = ["o_proj"] }, seed: 1);
        using TrainingBatch batch = TrainingBatch.Collate(TinyTraining.Examples(2), CPU);
        TargetLoss.Backward(model, batch, 1);
        model.parameters().ShouldAllBe(p => !p.requires_grad && ReferenceEquals(p.grad, null));
        adapter.NamedTensors().ShouldAllBe(w => !ReferenceEquals(w.Value.grad, null));
    }

    // Fresh copies: the next backward starts from zero again.
    private static Tensor[] Gradients(LoraAdapter adapter)
    {
        Tensor[] copies = [.. adapter.NamedTensors().Select(w => w.Value.grad!.clone())];
        foreach ((_, Tensor weight) in adapter.NamedTensors())
            weight.grad!.zero_();
        return copies;
    }

    private static void MakeUpdatesNonZero(LoraAdapter adapter)
    {
        using IDisposable noGrad = no_grad();
        using var generator = new Generator(3);
        foreach ((_, Tensor weight) in adapter.NamedTensors())
            weight.normal_(0, 0.2, generator);
    }
}
