namespace Pipeline.Jobs.Runs.Results;

/// <summary>A published adapter.</summary>
/// <param name="Id">The adapter.</param>
/// <param name="Name">Unique name to request it by.</param>
/// <param name="RunId">Run that published it.</param>
/// <param name="BaseModel">Folder of the base model.</param>
/// <param name="Path">
/// Adapter folder on this machine; <see cref="Publish.FetchAdapter"/> puts it in place when another one published it.
/// </param>
/// <param name="Template">Chat template it was trained with.</param>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="FirstLoss">Loss of the first step.</param>
/// <param name="LastLoss">Loss of the last step.</param>
/// <param name="TrainableParameters">Its parameters.</param>
/// <param name="AllParameters">Its and the base model's parameters.</param>
/// <param name="CreatedAt">When it was published.</param>
public sealed record AdapterEntry(
    Guid Id, string Name, Guid RunId, string BaseModel, string Path, string Template,
    int Steps, double FirstLoss, double LastLoss, long TrainableParameters, long AllParameters, DateTimeOffset CreatedAt)
{
    /// <summary>Stable names that it serves now.</summary>
    public IReadOnlyList<string> ServedAs { get; init; } = [];
}
