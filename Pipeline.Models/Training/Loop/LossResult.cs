namespace Pipeline.Models.Training.Loop;

/// <summary>Loss over a set of examples.</summary>
/// <param name="Loss">Mean cross-entropy per target token, in nats.</param>
/// <param name="TargetTokens">Number of tokens averaged over.</param>
/// <param name="Examples">Number of examples they come from.</param>
/// <param name="Seconds">Time taken.</param>
public sealed record LossResult(double Loss, long TargetTokens, int Examples, double Seconds)
{
    /// <summary>e to the power of the loss.</summary>
    public double Perplexity => Math.Exp(Loss);
}
