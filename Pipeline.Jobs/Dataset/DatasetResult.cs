namespace Pipeline.Jobs.Dataset;

/// <summary>A written dataset.</summary>
/// <param name="Folder">Folder with all its files; the value for <c>dataset_dir</c>.</param>
/// <param name="Train">Examples to learn from.</param>
/// <param name="Eval">Examples held out.</param>
/// <param name="ByStrategy">How many examples each strategy gave, both splits together.</param>
public sealed record DatasetResult(string Folder, int Train, int Eval, IReadOnlyDictionary<string, int> ByStrategy)
{
    /// <summary>Examples to learn from, JSON Lines in alpaca columns; dataset name <c>train</c>.</summary>
    public string TrainPath => Path.Combine(Folder, DatasetFiles.TrainFile);

    /// <summary>Examples held out; dataset name <c>eval</c>.</summary>
    public string EvalPath => Path.Combine(Folder, DatasetFiles.EvalFile);

    /// <summary>LLaMA-Factory's description of both.</summary>
    public string InfoPath => Path.Combine(Folder, DatasetFiles.Info);
}
