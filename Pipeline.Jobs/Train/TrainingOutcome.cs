namespace Pipeline.Jobs.Train;

/// <summary>The outcome of a training. The adapter's files are in the output folder.</summary>
internal sealed record TrainingOutcome(int Steps, double FirstLoss, double LastLoss, long TrainableParameters, long AllParameters);
