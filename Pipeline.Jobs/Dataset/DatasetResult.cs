using Pipeline.Jobs.Dataset.Files;

namespace Pipeline.Jobs.Dataset;

/// <summary>A written dataset.</summary>
/// <param name="Folder">Folder with all its files; the value for <c>dataset_dir</c>.</param>
/// <param name="Train">Training examples.</param>
/// <param name="Eval">Held-out examples.</param>
/// <param name="ByType">Kept rows per type.</param>
public sealed record DatasetResult(string Folder, int Train, int Eval, IReadOnlyDictionary<string, int> ByType)
{
    /// <summary>Rows of a user's file that cannot be used.</summary>
    public IReadOnlyList<SkippedRow> Skipped { get; init; } = [];

    /// <summary>What a reader should know, in words.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Rows that were there already.</summary>
    public int Duplicates { get; init; }
}
