namespace Pipeline.Jobs.Runs.Results;

/// <summary>A dataset.</summary>
/// <param name="Id">The dataset.</param>
/// <param name="RunId">Run that made it, or null when imported.</param>
/// <param name="Name">Its name in <c>dataset_info.json</c>.</param>
/// <param name="TrainExamples">Examples to train on.</param>
/// <param name="EvalExamples">Held-out examples.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Files">File name to artifact hash.</param>
public sealed record DatasetEntry(
    Guid Id, Guid? RunId, string Name, int TrainExamples, int EvalExamples, DateTimeOffset CreatedAt, IReadOnlyDictionary<string,
    string> Files)
{
    /// <summary>Hash over its content, by which the version is known.</summary>
    public string ContentKey { get; init; } = "";

    /// <summary>Version that a person changed into this one, or null.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Who closed the draft it was made from, or null.</summary>
    public string? Author { get; init; }
}
