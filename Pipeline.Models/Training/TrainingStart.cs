namespace Pipeline.Models.Training;

/// <summary>What is about to be trained.</summary>
/// <param name="TotalSteps">Steps of the whole training.</param>
/// <param name="FirstStep">Steps already done by an earlier process; 0 for a new training.</param>
/// <param name="Examples">Training examples.</param>
/// <param name="EvalExamples">Held-out examples.</param>
/// <param name="TrainableParameters">Weights of the adapter.</param>
/// <param name="AllParameters">Those and the base model's.</param>
public sealed record TrainingStart(
    int TotalSteps, int FirstStep, int Examples, int EvalExamples, long TrainableParameters, long AllParameters);
