namespace Pipeline.Models.Training.Pass;

/// <summary>What is random in one micro-step: a function of the training's seed and the position, so a resumed run draws the same.</summary>
/// <param name="Dropout">Of the adapter's inputs.</param>
/// <param name="NeftuneAlpha">Noise on the embeddings (arXiv:2310.05914); 0 for none.</param>
/// <param name="NeftuneSeed">Of that noise.</param>
internal readonly record struct StepNoise(DropoutMask Dropout, double NeftuneAlpha, long NeftuneSeed)
{
    public static StepNoise None => default;
}
