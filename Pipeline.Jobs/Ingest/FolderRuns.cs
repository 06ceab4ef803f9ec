using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Models;

namespace Pipeline.Jobs.Ingest;

internal static class FolderRuns
{
    /// <summary>The folder's absolute path, if it has documents to process.</summary>
    /// <exception cref="InputException">No such folder, or no PDFs in it.</exception>
    public static string Check(string folder) =>
        FindFault(folder) is { } fault ? throw new InputException(fault) : Path.GetFullPath(folder);

    /// <summary>Why there is nothing to process; null when there is something.</summary>
    public static string? FindFault(string? folder)
    {
        if (string.IsNullOrWhiteSpace(folder)) return "nothing given; expected the folder that holds the PDFs";
        string path = Path.GetFullPath(folder);
        if (File.Exists(path)) return $"{folder} is a file; give the folder that holds the PDFs";
        if (!Directory.Exists(path)) return $"{folder}: no such folder; give the folder that holds the PDFs";
        return PdfFolder.Find(path).Count == 0 ? $"{folder} has no .pdf files; put the documents there or give another folder" : null;
    }

    /// <summary>The unfinished run over a folder with exactly these settings, or null.</summary>
    public static async Task<Guid?> UnfinishedRunAsync(this PipelineDbContext db, string folder, string configuration, CancellationToken ct)
    {
        Guid found = await db.Runs.FromSql($"""
            SELECT * FROM runs WHERE source_folder = {folder} AND configuration = {configuration}::jsonb
                AND state IN ('Pending', 'Running', 'Paused')
            """).OrderByDescending(r => r.CreatedAt).Select(r => r.Id).FirstOrDefaultAsync(ct);
        return found == Guid.Empty ? null : found;
    }

    /// <summary>Adds a run with its first item and outbox row to the context's transaction.</summary>
    public static async Task AddRunAsync(this PipelineDbContext db, StageGraph graph, Run run, CancellationToken ct)
    {
        db.Runs.Add(run);
        await db.SaveChangesAsync(ct);
        await db.OpenRunAsync(graph, run, ct);
        await Outbox.NotifyAsync(db, ct);
    }
}
