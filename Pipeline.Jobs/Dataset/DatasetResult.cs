namespace Pipeline.Jobs.Dataset;

/// <summary>A written dataset.</summary>
/// <param name="Folder">Folder with all its files; the value for <c>dataset_dir</c>.</param>
/// <param name="Train">Examples to learn from.</param>
/// <param name="Eval">Examples held out.</param>
/// <param name="ByStrategy">How many examples each strategy gave, both splits together.</param>
public sealed record DatasetResult(string Folder, int Train, int Eval, IReadOnlyDictionary<string, int> ByStrategy);
