namespace Pipeline.Tools.Starter.Training;

/// <summary>Result of a training.</summary>
/// <param name="Steps">Updates.</param>
/// <param name="Targets">Tokens learned, repetitions included.</param>
/// <param name="Seconds">Total time, including earlier parts when resumed.</param>
/// <param name="Loss">Smoothed training loss at the end.</param>
internal sealed record FullTrainingResult(int Steps, long Targets, double Seconds, double Loss);
