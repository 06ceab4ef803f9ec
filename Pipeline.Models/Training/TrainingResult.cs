namespace Pipeline.Models.Training;

/// <summary>What a finished training left behind.</summary>
/// <param name="OutputDir">Folder of the adapter.</param>
/// <param name="Steps">Steps of the training.</param>
/// <param name="Epochs">Passes over the data.</param>
/// <param name="FirstLoss">Loss of the first step.</param>
/// <param name="LastLoss">Loss of the last step.</param>
/// <param name="TrainLoss">Mean loss of all steps.</param>
/// <param name="EvalLoss">Loss of the held-out examples at the end; null without any.</param>
/// <param name="TrainableParameters">Weights of the adapter.</param>
/// <param name="AllParameters">Those and the base model's.</param>
/// <param name="Examples">Training examples.</param>
/// <param name="EvalExamples">Held-out examples.</param>
/// <param name="Seconds">Time of the training, over all processes that worked on it.</param>
/// <param name="ResumedFromStep">Step of the checkpoint that it went on from; 0 for none.</param>
public sealed record TrainingResult(
    string OutputDir, int Steps, double Epochs, double FirstLoss, double LastLoss, double TrainLoss, double? EvalLoss,
    long TrainableParameters, long AllParameters, int Examples, int EvalExamples, double Seconds, int ResumedFromStep);
