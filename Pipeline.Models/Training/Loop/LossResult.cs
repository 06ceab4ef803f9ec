namespace Pipeline.Models.Training.Loop;

/// <summary>Loss over a set of examples.</summary>
/// <param name="Loss">Mean cross-entropy of a target token, in nats.</param>
/// <param name="TargetTokens">Tokens it is the mean of.</param>
/// <param name="Examples">Examples they come from.</param>
/// <param name="Seconds">Time it took.</param>
public sealed record LossResult(double Loss, long TargetTokens, int Examples, double Seconds)
{
    /// <summary>e to the loss.</summary>
    public double Perplexity => Math.Exp(Loss);
}
