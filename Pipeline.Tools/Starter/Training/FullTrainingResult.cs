namespace Pipeline.Tools.Starter.Training;

/// <summary>What a training did.</summary>
/// <param name="Steps">Updates.</param>
/// <param name="Targets">Tokens learned, repetitions included.</param>
/// <param name="Seconds">Time, of all parts together when resumed.</param>
/// <param name="Loss">Smoothed training loss at the end.</param>
internal sealed record FullTrainingResult(int Steps, long Targets, double Seconds, double Loss);
