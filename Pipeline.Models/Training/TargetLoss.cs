using Pipeline.Models.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training;

/// <summary>
/// Cross-entropy of the target tokens. Logits are made for rows with a target alone and for a few rows at a time, each
/// chunk's gradient at once: a full [tokens, vocab] matrix never exists, neither forward nor backward.
/// </summary>
internal static class TargetLoss
{
    private const long LogitBytesAtOnce = 64 << 20;

    /// <summary>Summed loss of a batch, without gradients.</summary>
    public static double Sum(DecoderModel model, TrainingBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor hidden = TargetRows(model, batch);
        double sum = 0;
        foreach ((long start, long count) in Chunks(model, batch))
        {
            using DisposeScope chunk = NewDisposeScope();
            sum += Loss(model, hidden.narrow(0, start, count), batch.Targets.narrow(0, start, count)).item<float>();
        }
        return sum;
    }

    /// <summary>Summed loss of a batch; adds the gradient of the sum divided by <paramref name="divisor"/> to every trainable weight.</summary>
    public static double Backward(DecoderModel model, TrainingBatch batch, double divisor)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = TargetRows(model, batch);
        Tensor gradient = empty_like(hidden, requires_grad: false);
        double sum = 0;
        foreach ((long start, long count) in Chunks(model, batch))
        {
            using DisposeScope chunk = NewDisposeScope();
            // The chunk is a leaf of its own small graph, freed here; the layers below see one gradient for all rows.
            Tensor rows = hidden.detach().narrow(0, start, count).detach().requires_grad_(true);
            Tensor loss = Loss(model, rows, batch.Targets.narrow(0, start, count));
            (loss / divisor).backward();
            using (no_grad())
                gradient.narrow(0, start, count).copy_(rows.grad!);
            sum += loss.item<float>();
        }
        hidden.backward([gradient]);
        return sum;
    }

    // [targets, hidden]
    private static Tensor TargetRows(DecoderModel model, TrainingBatch batch)
    {
        Tensor hidden = model.Forward(batch.InputIds);
        return hidden.view(-1, hidden.shape[^1]).index_select(0, batch.Rows);
    }

    private static Tensor Loss(DecoderModel model, Tensor rows, Tensor targets) =>
        nn.functional.cross_entropy(model.Logits(rows), targets, reduction: nn.Reduction.Sum);

    private static IEnumerable<(long Start, long Count)> Chunks(DecoderModel model, TrainingBatch batch)
    {
        long total = batch.Targets.shape[0];
        long most = Math.Max(1, LogitBytesAtOnce / (sizeof(float) * (long)model.Config.VocabSize));
        for (long start = 0; start < total; start += most)
            yield return (start, Math.Min(most, total - start));
    }
}
