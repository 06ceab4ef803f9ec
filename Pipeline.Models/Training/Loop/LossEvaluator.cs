using System.Diagnostics;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Pass;

namespace Pipeline.Models.Training.Loop;

/// <summary>Loss of a model, with whatever adapter is attached, over examples.</summary>
public static class LossEvaluator
{
    /// <summary>Cross-entropy of the target tokens of all examples; prompts do not count.</summary>
    /// <param name="model">The model in its current state.</param>
    /// <param name="examples">Examples; those without a target token do not count.</param>
    /// <param name="batchSize">Examples per forward pass.</param>
    /// <param name="stopping">Checked before every batch.</param>
    /// <param name="progress">Receives the number of examples after every batch.</param>
    /// <exception cref="InputException">There is no target token at all.</exception>
    public static LossResult Evaluate(
        DecoderModel model, IReadOnlyList<TokenizedExample> examples, int batchSize, CancellationToken stopping,
        Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        using TrainingPass pass = new(model);
        return Evaluate(pass, examples, batchSize, stopping, progress);
    }

    /// <summary>The same, using the memory of an existing pass.</summary>
    internal static LossResult Evaluate(
        TrainingPass pass, IReadOnlyList<TokenizedExample> examples, int batchSize, CancellationToken stopping,
        Action<int>? progress = null)
    {
        Stopwatch stopwatch = Stopwatch.StartNew();
        double sum = 0;
        long targets = 0;
        // Examples of similar length together: their attention is computed in one product.
        foreach (TokenizedExample[] rows in examples.Where(e => TrainingBatch.CountTargets(e) > 0).OrderBy(e => e.InputIds.Length)
            .Chunk(batchSize))
        {
            stopping.ThrowIfCancellationRequested();
            using TrainingBatch batch = TrainingBatch.Collate(rows, pass.Device);
            sum += pass.Loss(batch);
            targets += batch.Targets.shape[0];
            progress?.Invoke(rows.Length);
        }
        if (targets == 0)
            throw new InputException("evaluation: the split is empty or has no answer token; give examples with an output");
        return new LossResult(sum / targets, targets, examples.Count, stopwatch.Elapsed.TotalSeconds);
    }
}
