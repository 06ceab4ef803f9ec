namespace Pipeline.Tools.Starter.Language;

/// <summary>Settings of <see cref="LanguageStarter"/>.</summary>
internal sealed record LanguageStarterOptions
{
    /// <summary>Model folder to write.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Folder for tokens, checkpoint and log.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Training time in minutes.</summary>
    public double Minutes { get; init; } = 50;

    /// <summary>Continues from the checkpoint in the work folder.</summary>
    public bool Resume { get; init; }

    /// <summary>Torch threads.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Seed of data order and weights.</summary>
    public int Seed { get; init; } = 42;
}
