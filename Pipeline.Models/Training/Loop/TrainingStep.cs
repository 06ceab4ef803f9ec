using Pipeline.Models.Datasets;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Optimization;
using Pipeline.Models.Training.Pass;

namespace Pipeline.Models.Training.Loop;

/// <summary>Result of one step.</summary>
/// <param name="Loss">Mean cross-entropy over the target tokens of the step.</param>
/// <param name="GradientNorm">Norm of the whole gradient before clipping.</param>
/// <param name="Tokens">Tokens that went through the model, excluding padding.</param>
/// <param name="TargetTokens">Tokens trained on.</param>
/// <param name="IsSkipped">Whether the gradient overflowed in float16, leaving the weights unchanged.</param>
internal readonly record struct StepResult(double Loss, double GradientNorm, int Tokens, int TargetTokens, bool IsSkipped = false);

/// <summary>
/// One optimizer step: the gradients of all micro-batches, each weighted by its share of the step's target tokens,
/// clipped together, applied by AdamW.
/// </summary>
/// <param name="pass">Loss and gradients of the model with its adapter.</param>
/// <param name="optimizer">Updates the adapter's weights.</param>
/// <param name="maxGradientNorm">Norm to which the gradient is clipped; 0 for no clipping.</param>
/// <param name="noise">Dropout and noise of a micro-step, by step and micro-step number; null for none.</param>
/// <param name="scaler">Loss scale in float16; null for none.</param>
internal sealed class TrainingStep(
    TrainingPass pass, AdamW optimizer, double maxGradientNorm, Func<int, int, StepNoise>? noise = null, LossScaler? scaler = null)
{
    private const double ClipEpsilon = 1e-6; // as in torch's clip_grad_norm_
    private const int TokensAtOnce = 1024;   // from about this many rows on, matrix products run at full speed

    /// <param name="microBatches">Examples of each micro-batch; dataset row numbers are used only in messages.</param>
    /// <param name="step">Number of the step, from 0.</param>
    /// <param name="learningRate">Rate of this step.</param>
    /// <param name="stopping">Checked before every micro-batch; stopping leaves the weights as before the step.</param>
    /// <exception cref="TrainingDivergedException">Loss or gradient is not finite; the weights are as before the step.</exception>
    public StepResult Run(IReadOnlyList<MicroBatch> microBatches, int step, double learningRate, CancellationToken stopping)
    {
        int targets = microBatches.Sum(b => b.Examples.Sum(TrainingBatch.CountTargets));
        int tokens = 0;
        double sum = 0, lossScale = scaler?.Factor ?? 1;
        try
        {
            IReadOnlyList<MicroBatch> passes = Join(microBatches);
            for (int i = 0; i < passes.Count; i++)
            {
                stopping.ThrowIfCancellationRequested();
                using TrainingBatch batch = TrainingBatch.Collate(passes[i].Examples, pass.Device);
                double loss = pass.Backward(batch, lossScale / targets, noise?.Invoke(step, i) ?? StepNoise.None);
                if (!double.IsFinite(loss))
                    throw Diverged($"the loss became {loss}", step, passes[i]);
                sum += loss;
                tokens += batch.Layout.Tokens;
            }
            double norm = optimizer.GradientNorm() / lossScale;
            bool overflowed = !double.IsFinite(norm);
            if (overflowed && scaler is not { IsExhausted: false })
                throw Diverged($"the norm of the gradient became {norm}", step, microBatches[^1]);
            scaler?.Update(overflowed);
            if (overflowed)
            {
                optimizer.ClearGradients();
                return new StepResult(sum / targets, norm, tokens, targets, IsSkipped: true);
            }
            double clip = maxGradientNorm > 0 ? Math.Min(1, maxGradientNorm / (norm + ClipEpsilon)) : 1;
            optimizer.Step(learningRate, clip / lossScale);
            return new StepResult(sum / targets, norm, tokens, targets);
        }
        catch
        {
            optimizer.ClearGradients();
            throw;
        }
    }

    /// <summary>
    /// Joins small micro-batches: the step's gradient is a sum over all its examples, however many go through the model at
    /// once. A micro-batch is never split, and joined ones hold at most <see cref="TokensAtOnce"/> tokens.
    /// </summary>
    internal static IReadOnlyList<MicroBatch> Join(IReadOnlyList<MicroBatch> microBatches)
    {
        List<MicroBatch> joined = new();
        int tokens = 0;
        foreach (MicroBatch next in microBatches)
        {
            int more = next.Examples.Sum(e => e.InputIds.Length);
            if (joined.Count > 0 && tokens + more <= TokensAtOnce)
            {
                joined[^1] = new MicroBatch([.. joined[^1].Rows, .. next.Rows], [.. joined[^1].Examples, .. next.Examples]);
                tokens += more;
            }
            else
            {
                joined.Add(next);
                tokens = more;
            }
        }
        return joined;
    }

    private static TrainingDivergedException Diverged(string what, int step, MicroBatch batch) =>
        new($"{what} at step {step + 1}, in the batch of example{(batch.Rows.Count == 1 ? "" : "s")} {string.Join(", ", batch.Rows)} "
        + $"(counted from 0 in the"
            + " training split); the last checkpoint is intact. Lower learning_rate, or look at that example");
}

/// <summary>Examples that go through the model together.</summary>
/// <param name="Rows">Their numbers in the training split, from 0.</param>
/// <param name="Examples">Their tokens.</param>
internal sealed record MicroBatch(IReadOnlyList<int> Rows, IReadOnlyList<TokenizedExample> Examples);
