using Pipeline.Data;

namespace Pipeline.Jobs;

/// <summary>Folders of the files that users look for, beside the artifact store.</summary>
internal static class RunFolders
{
    /// <summary>Folder of a run's dataset: <c>train.jsonl</c>, <c>eval.jsonl</c>, <c>dataset_info.json</c>.</summary>
    public static string Dataset(PipelineStorage storage, Guid runId) => Path.Combine(storage.Folder, "datasets", runId.ToString("N"));

    /// <summary>Folder of a run's report.</summary>
    public static string Report(PipelineStorage storage, Guid runId) => Path.Combine(storage.Folder, "reports", runId.ToString("N"));

    /// <summary>Folder of a published adapter.</summary>
    public static string Adapter(PipelineStorage storage, string name) => Path.Combine(storage.Folder, "adapters", name);

    /// <summary>
    /// Folder of an adapter on this machine: where it was published, or, when that was on another one, in this data folder.
    /// </summary>
    public static string Adapter(PipelineStorage storage, string name, string publishedTo) =>
        Directory.Exists(publishedTo) ? publishedTo : Adapter(storage, name);
}
