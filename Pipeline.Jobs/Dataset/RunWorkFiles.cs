using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset;

/// <summary>What stages of the whole run hand to later ones.</summary>
internal static class RunWorkFiles
{
    /// <summary>Names files of the store, inside the caller's transaction.</summary>
    public static async Task SetAsync(PipelineDbContext db, Guid runId, CancellationToken ct, params (string Name, string Sha256)[] files)
    {
        Run run = await db.Runs.SingleAsync(r => r.Id == runId, ct);
        Dictionary<string, string> changed = new(run.WorkFiles, StringComparer.Ordinal);
        foreach ((string name, string sha256) in files) changed[name] = sha256;
        run.WorkFiles = changed;
    }

    /// <summary>The value of a file of one line, or null where an earlier version of the program did not write it.</summary>
    public static async Task<T?> ReadAsync<T>(this IArtifactStore artifacts, Run run, string name, CancellationToken ct)
        where T : class
    {
        if (!run.WorkFiles.TryGetValue(name, out string? sha256)) return null;
        using StreamReader text = new(await artifacts.OpenReadAsync(sha256, ct));
        return RowJson.Read<T>(await text.ReadToEndAsync(ct));
    }

    /// <summary>The values of a file, one in each line; null where there is none.</summary>
    public static async Task<IReadOnlyList<T>?> ReadLinesAsync<T>(this IArtifactStore artifacts, Run run, string name, CancellationToken ct)
    {
        if (!run.WorkFiles.TryGetValue(name, out string? sha256)) return null;
        using StreamReader text = new(await artifacts.OpenReadAsync(sha256, ct));
        List<T> values = [];
        while (await text.ReadLineAsync(ct) is { } line) values.Add(RowJson.Read<T>(line));
        return values;
    }
}
