namespace Pipeline.Models.Training.Pass;

/// <summary>Dropout of one micro-step.</summary>
/// <param name="Probability">Probability of dropping an input of A; 0 for none.</param>
/// <param name="Seed">Depends only on the position in training, so a resumed run drops the same inputs as an unbroken one.</param>
internal readonly record struct DropoutMask(double Probability, long Seed)
{
    public static DropoutMask None => default;
}
