using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs.Dataset.Mix;

/// <summary>What is trained beside the rows that documents gave.</summary>
public sealed record MixOptions
{
    /// <summary>Largest share of the tokens that may be raw clean text of the documents.</summary>
    [Range(0.0, 0.5)] public double TextShare { get; init; } = 0.2;

    /// <summary>The user's own files.</summary>
    public IReadOnlyList<MixFile> Files { get; init; } = [];

    /// <summary>Decides which rows are taken where not all are.</summary>
    public int Seed { get; init; } = 42;
}
