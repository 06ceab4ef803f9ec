namespace Pipeline.Tools.Starter.Vision;

/// <summary>Settings of <see cref="VisionStarter"/>.</summary>
internal sealed record VisionStarterOptions
{
    /// <summary>Model folder to write.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Folder for checkpoint and log.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Training time in minutes.</summary>
    public double Minutes { get; init; } = 50;

    /// <summary>Continues from the checkpoint in the work folder.</summary>
    public bool Resume { get; init; }

    /// <summary>Torch threads.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Seed of weights and questions; figures have their own seeds.</summary>
    public int Seed { get; init; } = 42;
}
