namespace Pipeline.Jobs.Evaluate;

/// <summary>Comparison of base model and adapter.</summary>
/// <param name="BaseLoss">Nats per target token.</param>
/// <param name="AdapterLoss">Nats per target token.</param>
/// <param name="Examples">Examples measured.</param>
/// <param name="Tokens">Target tokens measured.</param>
/// <param name="Answers">Some examples with both answers.</param>
internal sealed record ComparisonOutcome(double BaseLoss, double AdapterLoss, int Examples, long Tokens,
    IReadOnlyList<ComparisonOutcome.Answer> Answers)
{
    /// <summary>One example and both models' answers.</summary>
    internal sealed record Answer(string Instruction, string Input, string Expected, string Base, string Adapter);
}
