using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Ingest;

/// <summary>Documents of a run as they are found: the first file with some content is processed, later ones are duplicates of it.</summary>
internal sealed class DocumentRegistry(Guid runId)
{
    private readonly Dictionary<string, string> _firstPath = [];
    private readonly List<(StoredArtifact Artifact, RunDocument Document)> _found = [];

    public IEnumerable<RunDocument> Documents => _found.Select(f => f.Document);

    public int Count => _found.Count;

    public void Add(string path, StoredArtifact artifact)
    {
        string? duplicateOf = _firstPath.TryAdd(artifact.Sha256, path) ? null : _firstPath[artifact.Sha256];
        _found.Add((artifact, new RunDocument(runId, path, artifact.Sha256, duplicateOf)));
    }

    /// <summary>Rows of artifacts and documents that are not there yet, in the context's transaction.</summary>
    public async Task StoreContentAsync(PipelineDbContext db, CancellationToken ct)
    {
        await db.RegisterArtifactsAsync(_found.Select(f => f.Artifact), ct);
        (StoredArtifact Artifact, RunDocument Document)[] distinct = _found.DistinctBy(f => f.Artifact.Sha256)
            .OrderBy(f => f.Artifact.Sha256, StringComparer.Ordinal).ToArray();
        string[] hashes = distinct.Select(f => f.Artifact.Sha256).ToArray(), names = distinct.Select(f => Path.GetFileName(f.Document.Path))
            .ToArray();
        long[] sizes = distinct.Select(f => f.Artifact.Bytes).ToArray();
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO documents (sha256, file_name, bytes, created_at)
            SELECT h, n, b, now() FROM unnest({hashes}, {names}, {sizes}) AS t(h, n, b) ON CONFLICT DO NOTHING
            """, ct);
    }
}
