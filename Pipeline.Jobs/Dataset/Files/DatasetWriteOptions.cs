namespace Pipeline.Jobs.Dataset.Files;

/// <summary>What a dataset folder needs beside its rows.</summary>
public sealed record DatasetWriteOptions
{
    /// <summary>
    /// Text of each chunk by its id: the context of an open-book examination. Without it the evidence of the row is taken.
    /// </summary>
    public IReadOnlyDictionary<string, string> Contexts { get; init; } = new Dictionary<string, string>();

    /// <summary>How often a row is trained in each epoch, by its hash; 1 where it is not named.</summary>
    public IReadOnlyDictionary<string, int> Times { get; init; } = new Dictionary<string, int>();
}
