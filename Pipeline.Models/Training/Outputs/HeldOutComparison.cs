namespace Pipeline.Models.Training.Outputs;

/// <summary>Base model and adapter on the same held-out examples.</summary>
/// <param name="BaseLoss">Nats per target token without the adapter.</param>
/// <param name="AdapterLoss">Nats per target token with it.</param>
/// <param name="Examples">Examples measured.</param>
/// <param name="TargetTokens">Tokens measured.</param>
public sealed record HeldOutComparison(double BaseLoss, double AdapterLoss, int Examples, long TargetTokens);
