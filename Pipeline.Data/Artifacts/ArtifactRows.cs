using Microsoft.EntityFrameworkCore;

namespace Pipeline.Data.Artifacts;

/// <summary>Registers stored files, so that rows can refer to them.</summary>
public static class ArtifactRows
{
    /// <summary>Adds rows for artifacts that have none yet. Runs in the context's transaction.</summary>
    public static async Task RegisterArtifactsAsync(this PipelineDbContext db, IEnumerable<StoredArtifact> artifacts, CancellationToken ct)
    {
        StoredArtifact[] distinct = artifacts.DistinctBy(a => a.Sha256).OrderBy(a => a.Sha256, StringComparer.Ordinal).ToArray();
        string[] hashes = distinct.Select(a => a.Sha256).ToArray();
        long[] sizes = distinct.Select(a => a.Bytes).ToArray();
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO artifacts (sha256, bytes, created_at) SELECT h, b, now() FROM unnest({hashes}, {sizes}) AS t(h, b)
            ON CONFLICT DO NOTHING
            """, ct);
    }
}
