using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs.Dataset.Mix;

/// <summary>A user's own file or folder to train beside the documents.</summary>
public sealed record MixFile
{
    /// <summary>File or folder, in any format that is imported.</summary>
    [Required] public string Path { get; init; } = "";

    /// <summary>
    /// How often each of its rows is trained in an epoch: 2 twice, 0.5 half of them, 1.5 each once and half of them twice.
    /// </summary>
    [Range(0.01, 100)] public double Weight { get; init; } = 1;

    /// <summary>The first row that cannot be used stops, instead of being counted and skipped.</summary>
    public bool Strict { get; init; }
}
