namespace Pipeline.Models.Training;

/// <summary>Progress of a training run after a step.</summary>
/// <param name="Step">Steps completed.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Epoch">Passes over the data, including the fraction of the current one.</param>
/// <param name="Loss">Mean cross-entropy of the step's target tokens.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="TokensPerSecond">Tokens per second over the last steps, without padding.</param>
/// <param name="Elapsed">Training time so far, across all processes that worked on it.</param>
/// <param name="Remaining">Estimated time to the end.</param>
public sealed record TrainingProgress(
    int Step, int TotalSteps, double Epoch, double Loss, double LearningRate, double GradientNorm,
    double TokensPerSecond, TimeSpan Elapsed, TimeSpan Remaining);
