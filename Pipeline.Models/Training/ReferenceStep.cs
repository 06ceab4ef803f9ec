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
    /// <returns>Mean loss of the targets.</returns>
    public double Run(IReadOnlyList<TokenizedExample> examples, double learningRate)
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
            ignore_index: TokenizedExample.Ignored);
        loss.backward();
        double norm = optimizer.GradientNorm();
        optimizer.Step(learningRate, maxGradientNorm > 0 ? Math.Min(1, maxGradientNorm / (norm + 1e-6)) : 1);
        return loss.item<float>();
    }
}
