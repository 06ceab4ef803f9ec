namespace Pipeline.Models.Training;

/// <summary>Where a training stands after a step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps of the whole training.</param>
/// <param name="Epoch">Passes over the data, with the fraction of the one under way.</param>
/// <param name="Loss">Mean cross-entropy of the step's target tokens.</param>
/// <param name="LearningRate">Rate of the step.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="TokensPerSecond">Tokens of the last steps, without padding, per second.</param>
/// <param name="Elapsed">Time of the training so far, over all processes that worked on it.</param>
/// <param name="Remaining">Estimated time to the end.</param>
public sealed record TrainingProgress(
    int Step, int TotalSteps, double Epoch, double Loss, double LearningRate, double GradientNorm,
    double TokensPerSecond, TimeSpan Elapsed, TimeSpan Remaining);
