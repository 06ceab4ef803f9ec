namespace Pipeline.Models.Training;

/// <summary>Results of a finished training run.</summary>
/// <param name="OutputDir">Folder of the adapter.</param>
/// <param name="Steps">Steps of the run.</param>
/// <param name="Epochs">Passes over the data.</param>
/// <param name="FirstLoss">Loss of the first step.</param>
/// <param name="LastLoss">Loss of the last step.</param>
/// <param name="TrainLoss">Mean loss of all steps.</param>
/// <param name="EvalLoss">Final loss on the held-out examples; null without any.</param>
/// <param name="TrainableParameters">Number of adapter weights.</param>
/// <param name="AllParameters">Number of adapter and base model weights.</param>
/// <param name="Examples">Training examples.</param>
/// <param name="EvalExamples">Held-out examples.</param>
/// <param name="Seconds">Training time, across all processes that worked on it.</param>
/// <param name="ResumedFromStep">Step of the checkpoint it resumed from; 0 for none.</param>
public sealed record TrainingResult(
    string OutputDir, int Steps, double Epochs, double FirstLoss, double LastLoss, double TrainLoss, double? EvalLoss,
    long TrainableParameters, long AllParameters, int Examples, int EvalExamples, double Seconds, int ResumedFromStep)
{
    /// <summary>Tokens that went through the model with the adapter, without padding.</summary>
    public long Tokens { get; init; }

    /// <summary>Those of them that were held to the base's predictions (<c>retention: kl</c>).</summary>
    public long RetainedTokens { get; init; }
}
