namespace Pipeline.Models.Training.Pass;

/// <summary>Randomness of one micro-step: depends only on the training seed and position, so a resumed run draws the same.</summary>
/// <param name="Dropout">Dropout of the adapter's inputs.</param>
/// <param name="NeftuneAlpha">Noise on the embeddings (arXiv:2310.05914); 0 for none.</param>
/// <param name="NeftuneSeed">Seed of that noise.</param>
internal readonly record struct StepNoise(DropoutMask Dropout, double NeftuneAlpha, long NeftuneSeed)
{
    public static StepNoise None => default;
}
