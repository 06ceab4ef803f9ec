namespace Pipeline.Tools.Starter.Training;

/// <summary>Settings for training from scratch.</summary>
internal sealed record FullTrainingOptions
{
    /// <summary>Training time, not counting time before a resume.</summary>
    public required double Seconds { get; init; }

    /// <summary>Highest learning rate.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Rate at the end as a fraction of the highest.</summary>
    public double FinalRate { get; init; } = 0.02;

    /// <summary>Fraction of the time in which the rate rises.</summary>
    public double WarmUp { get; init; } = 0.02;

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Gradients are clipped to this norm.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Steps between log lines.</summary>
    public int LogEverySteps { get; init; } = 20;

    /// <summary>Time between checkpoints.</summary>
    public double SecondsBetweenCheckpoints { get; init; } = 120;

    /// <summary>The learning rate after a fraction (0 to 1) of the time: linear warm-up, then cosine.</summary>
    public double RateAt(double progress)
    {
        if (progress < WarmUp) return LearningRate * Math.Max(progress / WarmUp, 0.01);
        double cosine = 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (progress - WarmUp) / (1 - WarmUp))));
        return LearningRate * (FinalRate + (1 - FinalRate) * cosine);
    }
}
