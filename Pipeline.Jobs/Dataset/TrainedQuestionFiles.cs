using Pipeline.Data.Artifacts;
using Pipeline.Jobs.Dataset.Split;

namespace Pipeline.Jobs.Dataset;

/// <summary>The questions that an adapter was trained on, as its folder remembers them.</summary>
internal static class TrainedQuestionFiles
{
    /// <summary>Name in the adapter folder.</summary>
    public const string Name = TrainedQuestions.FileName;

    /// <summary>Hashes of questions; null for an adapter of an earlier version of the program.</summary>
    /// <param name="artifacts">The store.</param>
    /// <param name="files">Files of the training.</param>
    /// <param name="ct">Stops.</param>
    public static async Task<IReadOnlySet<string>?> ReadAsync(IArtifactStore artifacts, IReadOnlyDictionary<string, string> files,
        CancellationToken ct)
    {
        if (!files.TryGetValue(Name, out string? sha256)) return null;
        string path = Path.Combine(Path.GetTempPath(), $"trained-{Guid.NewGuid():N}.txt");
        try
        {
            await artifacts.CopyToAsync(sha256, path, ct: ct);
            return TrainedQuestions.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
