namespace Pipeline.Models.Training.Pass;

/// <summary>Losses of a batch, summed.</summary>
/// <param name="CrossEntropy">Of the targets, in nats.</param>
/// <param name="Divergence">KL(base ‖ model) over all positions of the retained examples, in nats; 0 without any.</param>
internal readonly record struct PassLoss(double CrossEntropy, double Divergence);
