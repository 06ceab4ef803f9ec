namespace Pipeline.Jobs.Dataset;

/// <summary>The rules behind the dataset stage.</summary>
internal interface IExampleWriter
{
    /// <summary>
    /// Writes <c>train.jsonl</c>, <c>eval.jsonl</c> and <c>dataset_info.json</c> into a folder. Equal documents give equal bytes.
    /// </summary>
    /// <returns>Number of training examples and of held-out examples.</returns>
    Task<(int Train, int Eval)> WriteAsync(IReadOnlyList<DatasetSource> documents, RunOptions options, string folder, CancellationToken ct);
}
