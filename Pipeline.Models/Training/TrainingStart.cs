namespace Pipeline.Models.Training;

/// <summary>What is about to be trained.</summary>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="FirstStep">Steps already completed by an earlier process; 0 for a new run.</param>
/// <param name="Examples">Training examples.</param>
/// <param name="EvalExamples">Held-out examples.</param>
/// <param name="TrainableParameters">Number of adapter weights.</param>
/// <param name="AllParameters">Number of adapter and base model weights.</param>
public sealed record TrainingStart(
    int TotalSteps, int FirstStep, int Examples, int EvalExamples, long TrainableParameters, long AllParameters);
