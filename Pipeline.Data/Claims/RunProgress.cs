using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>What the end of an item means for its run. Every method works inside the transaction that ends the item.</summary>
internal static class RunProgress
{
    public static async Task AfterSuccessAsync(PipelineDbContext db, StageItem item, DateTimeOffset now, CancellationToken ct)
    {
        if (item.Stage == Stage.Ingest)
            await db.OpenDocumentsAsync(item.RunId, now, ct);
        else if (StageChain.IsPerDocument(item.Stage))
        {
            if (StageChain.NextForDocument(item.Stage) is { } next) await db.AddItemAsync(item.RunId, next, item.RunDocumentId, now, ct);
            else await DocumentDoneAsync(db, item.RunId, now, ct);
        }
        else if (StageChain.NextForRun(item.Stage) is { } next)
            await db.AddItemAsync(item.RunId, next, null, now, ct);
        else
            await db.EndRunAsync(item.RunId, RunState.Succeeded, null, ct);
    }

    public static Task AfterFailureAsync(PipelineDbContext db, StageItem item, DateTimeOffset now, CancellationToken ct) =>
        StageChain.IsPerDocument(item.Stage)
            ? DocumentDoneAsync(db, item.RunId, now, ct)
            : db.EndRunAsync(item.RunId, RunState.Failed, item.Error, ct);

    /// <summary>Fan-in. The row lock on the run makes exactly one transaction see zero.</summary>
    private static async Task DocumentDoneAsync(PipelineDbContext db, Guid runId, DateTimeOffset now, CancellationToken ct)
    {
        int open = (await db.Database.SqlQuery<int>(
            $"UPDATE runs SET open_documents = open_documents - 1 WHERE id = {runId} RETURNING open_documents AS \"Value\"").ToListAsync(ct)).Single();
        if (open > 0) return;
        string[] failures = await db.StageItems
            .Where(i => i.RunId == runId && i.State == ItemState.Failed && i.RunDocumentId != null)
            .OrderBy(i => i.FinishedAt).Select(i => i.Error!).ToArrayAsync(ct);
        int documents = await db.RunDocuments.CountAsync(d => d.RunId == runId && d.DuplicateOf == null, ct);
        if (failures.Length >= documents)
            await db.EndRunAsync(runId, RunState.Failed, $"none of the {documents} documents could be used; the first reason: {failures.FirstOrDefault()}", ct);
        else
            await db.AddItemAsync(runId, Stage.Dataset, null, now, ct);
    }
}
