using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training;

/// <summary>
/// A LoRA step as it is usually computed, for comparison: autograd over libtorch's operators, examples padded to the
/// longest of their batch, logits and loss of every position with the prompts' labels ignored.
/// </summary>
internal sealed class ReferenceStep(DecoderModel model, AdamW optimizer, double maxGradientNorm)
{
    /// <param name="microBatches">Examples of each micro-batch.</param>
    /// <param name="learningRate">Rate of this step.</param>
    /// <returns>Mean loss of the targets.</returns>
    public double Run(IReadOnlyList<IReadOnlyList<TokenizedExample>> microBatches, double learningRate)
    {
        int targets = microBatches.Sum(batch => batch.Sum(TrainingBatch.CountTargets));
        double loss = microBatches.Sum(batch => Backward(batch, targets));
        double norm = optimizer.GradientNorm();
        optimizer.Step(learningRate, maxGradientNorm > 0 ? Math.Min(1, maxGradientNorm / (norm + 1e-6)) : 1);
        return loss;
    }

    private double Backward(IReadOnlyList<TokenizedExample> examples, int divisor)
    {
        using DisposeScope scope = NewDisposeScope();
        int longest = examples.Max(e => e.InputIds.Length);
        long[] ids = new long[examples.Count * longest], labels = new long[ids.Length];
        Array.Fill(labels, TokenizedExample.Ignored);
        for (int i = 0; i < examples.Count; i++)
        {
            for (int at = 0; at < examples[i].InputIds.Length; at++)
            {
                ids[i * longest + at] = examples[i].InputIds[at];
                labels[i * longest + at] = examples[i].Labels[at];
            }
        }
        // What follows a token never reaches it, so padding on the right needs no mask.
        Tensor logits = model.Logits(model.Forward(tensor(ids, [examples.Count, longest], device: model.Device)));
        Tensor targets = tensor(labels, [examples.Count, longest], device: model.Device);
        Tensor loss = nn.functional.cross_entropy(logits.narrow(1, 0, longest - 1).flatten(0, 1), targets.narrow(1, 1, longest - 1).flatten(),
            ignore_index: TokenizedExample.Ignored, reduction: nn.Reduction.Sum) / divisor;
        loss.backward();
        return loss.item<float>();
    }
}
