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
internal readonly record struct StepResult(double Loss, double GradientNorm, int Tokens, int TargetTokens, bool IsSkipped = false)
{
    /// <summary>Summed KL(base ‖ adapter) over the retained tokens, in nats.</summary>
    public double Divergence { get; init; }

    /// <summary>Tokens of examples that are held to the base; part of <see cref="Tokens"/>.</summary>
    public int RetainedTokens { get; init; }
}

/// <summary>
/// One optimizer step: the gradients of all micro-batches, each weighted by its share of the step's target tokens,
/// clipped together, applied by AdamW. Retained examples add the mean of their divergence from the base, times its weight.
/// </summary>
/// <param name="pass">Loss and gradients of the model with its adapter.</param>
/// <param name="optimizer">Updates the adapter's weights.</param>
/// <param name="maxGradientNorm">Norm to which the gradient is clipped; 0 for no clipping.</param>
/// <param name="noise">Dropout and noise of a micro-step, by step and micro-step number; null for none.</param>
/// <param name="scaler">Loss scale in float16; null for none.</param>
/// <param name="retentionWeight">Factor of the mean divergence.</param>
internal sealed class TrainingStep(
    TrainingPass pass, AdamW optimizer, double maxGradientNorm, Func<int, int, StepNoise>? noise = null, LossScaler? scaler = null,
    double retentionWeight = 1)
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
        int retained = microBatches.Sum(b => b.Retained.Sum(example => example.InputIds.Length)), tokens = 0;
        double sum = 0, divergence = 0, lossScale = scaler?.Factor ?? 1;
        try
        {
            IReadOnlyList<MicroBatch> passes = Join(microBatches);
            for (int i = 0; i < passes.Count; i++)
            {
                stopping.ThrowIfCancellationRequested();
                using TrainingBatch batch = TrainingBatch.Collate(passes[i].Examples, pass.Device, passes[i].Retained);
                PassLoss loss = pass.Backward(batch, lossScale / targets, noise?.Invoke(step, i) ?? StepNoise.None,
                    lossScale * retentionWeight / Math.Max(1, retained));
                if (!double.IsFinite(loss.CrossEntropy + loss.Divergence))
                    throw Diverged($"the loss became {loss.CrossEntropy + loss.Divergence}", step, passes[i]);
                sum += loss.CrossEntropy;
                divergence += loss.Divergence;
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
                return Result() with { IsSkipped = true };
            }
            double clip = maxGradientNorm > 0 ? Math.Min(1, maxGradientNorm / (norm + ClipEpsilon)) : 1;
            optimizer.Step(learningRate, clip / lossScale);
            return Result();

            StepResult Result() => new(sum / targets, norm, tokens, targets) { Divergence = divergence, RetainedTokens = retained };
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
            int more = next.Examples.Concat(next.Retained).Sum(e => e.InputIds.Length);
            if (joined.Count > 0 && tokens + more <= TokensAtOnce)
            {
                joined[^1] = new MicroBatch([.. joined[^1].Rows, .. next.Rows], [.. joined[^1].Examples, .. next.Examples])
                {
                    Retained = [.. joined[^1].Retained, .. next.Retained],
                };
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
        new(batch.Rows.Count == 0
            ? $"{what} at step {step + 1}, in a batch of general text (retention); the last checkpoint is intact. Lower learning_rate"
            : $"{what} at step {step + 1}, in the batch of example{(batch.Rows.Count == 1 ? "" : "s")} {string.Join(", ", batch.Rows)} "
            + $"(counted from 0 in the"
            + " training split); the last checkpoint is intact. Lower learning_rate, or look at that example");
}

/// <summary>Examples that go through the model together.</summary>
/// <param name="Rows">Their numbers in the training split, from 0.</param>
/// <param name="Examples">Their tokens.</param>
internal sealed record MicroBatch(IReadOnlyList<int> Rows, IReadOnlyList<TokenizedExample> Examples)
{
    /// <summary>Examples that are held to the base's predictions instead of learned.</summary>
    public IReadOnlyList<TokenizedExample> Retained { get; init; } = [];
}
