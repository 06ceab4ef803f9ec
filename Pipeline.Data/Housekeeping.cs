using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data.Artifacts;

namespace Pipeline.Data;

/// <summary>Removes what nothing refers to any more. May run while workers are active.</summary>
public sealed class Housekeeping(IDbContextFactory<PipelineDbContext> contexts, NpgsqlDataSource source, PipelineStorage storage,
    TimeProvider time)
{
    private const int LogBatch = 20_000, DeletedAtOnce = 8;
    private const long Lock = 0x50495045_4b454550;      // any constant; the same in every version

    /// <summary>Removes everything past its retention.</summary>
    /// <param name="keep">How long things are kept.</param>
    /// <param name="ct">Stops; what was removed stays removed.</param>
    public async Task<Collected> CollectAsync(RetentionOptions keep, CancellationToken ct)
    {
        // Checkpoints first: their files are unreferenced after that.
        int checkpoints = await DropCheckpointsAsync(TimeSpan.FromDays(keep.CheckpointDays), ct);
        int rasters = keep.RasterDays > 0
            ? await DropRastersAsync(TimeSpan.FromDays(keep.RasterDays), TimeSpan.FromHours(keep.UnusedHours), ct) : 0;
        Collected collected = await CollectAsync(TimeSpan.FromHours(keep.UnusedHours), TimeSpan.FromDays(keep.LogDays), ct);
        return collected with { Rasters = rasters, Checkpoints = checkpoints };
    }

    /// <summary>The same unless another process is doing it right now.</summary>
    /// <returns>Null when another process is.</returns>
    public async Task<Collected?> TryCollectAsync(RetentionOptions keep, CancellationToken ct)
    {
        await using NpgsqlConnection alone = await source.OpenConnectionAsync(ct);
        await using (NpgsqlCommand take = new($"SELECT pg_try_advisory_lock({Lock})", alone))
            if (!(bool)(await take.ExecuteScalarAsync(ct))!) return null;
        try
        {
            return await CollectAsync(keep, ct);
        }
        finally
        {
            await using NpgsqlCommand release = new($"SELECT pg_advisory_unlock({Lock})", alone);
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    /// <summary>Removes unreferenced artifacts, leftovers of dead processes, and old log lines.</summary>
    /// <param name="unusedFor">
    /// Only files that have not been written for this long: a worker stores files before the rows that name them, so it must be
    /// longer than any stage needs between the two.
    /// </param>
    /// <param name="logsFor">How long log lines are kept.</param>
    /// <param name="ct">Stops; what was removed stays removed.</param>
    public async Task<Collected> CollectAsync(TimeSpan unusedFor, TimeSpan logsFor, CancellationToken ct)
    {
        DateTime before = time.GetUtcNow().UtcDateTime - unusedFor;
        // Files first, rows after: a file written between the two is younger than the limit.
        List<StoredArtifact> stored = [];
        await foreach (StoredArtifact artifact in storage.Artifacts.ListAsync(before, ct)) stored.Add(artifact);
        HashSet<string> named = await NamedAsync(ct);
        int artifacts = 0, leftovers = await storage.Artifacts.DropLeftoversAsync(before, ct);
        long bytes = 0;
        await using (PipelineDbContext db = await contexts.CreateDbContextAsync(ct))
        {
            foreach (StoredArtifact[] batch in stored.Where(a => !named.Contains(a.Sha256)).Chunk(500))
            {
                string[] hashes = batch.Select(a => a.Sha256).ToArray();
                await db.Database.ExecuteSqlAsync($"DELETE FROM artifacts WHERE sha256 = ANY({hashes})", ct);
                await Parallel.ForEachAsync(batch, new ParallelOptions { MaxDegreeOfParallelism = DeletedAtOnce, CancellationToken = ct },
                    async (artifact, token) =>
                {
                    if (!await storage.Artifacts.DeleteAsync(artifact.Sha256, before, token)) return;
                    Interlocked.Increment(ref artifacts);
                    Interlocked.Add(ref bytes, artifact.Bytes);
                });
            }
        }
        string adapters = Path.Combine(storage.Folder, "adapters");
        if (Directory.Exists(adapters))
            foreach (DirectoryInfo folder in new DirectoryInfo(adapters).GetDirectories("*.tmp").Where(d => d.LastWriteTimeUtc < before))
            {
                folder.Delete(recursive: true);
                leftovers++;
            }
        return new Collected(artifacts, bytes, leftovers, await DropLogsAsync(logsFor, ct));
    }

    private async Task<int> DropCheckpointsAsync(TimeSpan after, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        return await db.Database.ExecuteSqlAsync($"""
            UPDATE stage_items SET checkpoint_files = NULL, checkpoint_step = NULL
            WHERE checkpoint_files IS NOT NULL AND run_id IN (SELECT id FROM runs WHERE finished_at < now() - {after})
            """, ct);
    }

    /// <summary>
    /// Removes page rasters but keeps their names: a later run of the document finds the extraction incomplete and repeats it.
    /// A raster with a row in <c>artifacts</c> exists.
    /// </summary>
    private async Task<int> DropRastersAsync(TimeSpan after, TimeSpan unusedFor, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        db.Database.SetCommandTimeout(600);
        string[] old = await db.Database.SqlQuery<string>($"""
            WITH rasters AS (
                SELECT f.value AS sha256, e.created_at < now() - {after} AND NOT EXISTS (
                    SELECT 1 FROM run_documents AS d JOIN runs AS r ON r.id = d.run_id
                    WHERE d.document_sha256 = e.document_sha256 AND (r.finished_at IS NULL OR r.finished_at > now() - {after})) AS old
                FROM extractions AS e, jsonb_each_text(e.files) AS f WHERE f.key LIKE 'pages/%')
            SELECT sha256 AS "Value" FROM rasters AS r WHERE EXISTS (SELECT 1
                FROM artifacts AS a WHERE a.sha256 = r.sha256) GROUP BY sha256 HAVING bool_and(old)
            """).ToArrayAsync(ct);
        DateTime before = time.GetUtcNow().UtcDateTime - unusedFor;
        int removed = 0;
        foreach (string[] batch in old.Chunk(500))
        {
            await db.Database.ExecuteSqlAsync($"DELETE FROM artifacts WHERE sha256 = ANY({batch})", ct);
            await Parallel.ForEachAsync(batch, new ParallelOptions { MaxDegreeOfParallelism = DeletedAtOnce, CancellationToken = ct },
                async (sha256, token) =>
            {
                if (await storage.Artifacts.DeleteAsync(sha256, before, token)) Interlocked.Increment(ref removed);
            });
        }
        return removed;
    }

    private async Task<HashSet<string>> NamedAsync(CancellationToken ct)
    {
        await using NpgsqlCommand command = source.CreateCommand("""
            SELECT sha256 FROM documents UNION SELECT document_sha256 FROM run_documents
            UNION SELECT captioned_markdown_sha256 FROM run_documents WHERE captioned_markdown_sha256 IS NOT NULL
            UNION SELECT value FROM extractions, jsonb_each_text(files)
            UNION SELECT value FROM datasets, jsonb_each_text(files)
            UNION SELECT value FROM trainings, jsonb_each_text(files)
            UNION SELECT value FROM runs, jsonb_each_text(report_files)
            UNION SELECT value FROM runs, jsonb_each_text(work_files)
            UNION SELECT value FROM stage_items, jsonb_each_text(checkpoint_files) WHERE checkpoint_files IS NOT NULL
            """);
        command.CommandTimeout = 600;
        HashSet<string> named = new(StringComparer.Ordinal);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) named.Add(reader.GetString(0));
        return named;
    }

    private async Task<long> DropLogsAsync(TimeSpan keep, CancellationToken ct)
    {
        long dropped = 0;
        for (int batch = LogBatch; batch == LogBatch; dropped += batch)
        {
            await using NpgsqlCommand command = source.CreateCommand(
                "DELETE FROM log_entries WHERE id IN (SELECT id FROM log_entries WHERE at < now() - $1 ORDER BY at LIMIT $2)");
            command.Parameters.Add(new NpgsqlParameter { Value = keep });
            command.Parameters.Add(new NpgsqlParameter { Value = LogBatch });
            batch = await command.ExecuteNonQueryAsync(ct);
        }
        return dropped;
    }
}
