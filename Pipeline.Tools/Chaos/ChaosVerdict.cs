using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Tools.Chaos;

/// <summary>What must be true of a system after its run, whatever was done to it.</summary>
internal static class ChaosVerdict
{
    /// <summary>Hashes that must not depend on what happened.</summary>
    /// <param name="Dataset">Content key of the dataset.</param>
    /// <param name="Adapter">Hash of the adapter's weights.</param>
    internal sealed record Result(string Dataset, string Adapter);

    public static async Task<Result> ResultAsync(ChaosSystem system, Guid run, CancellationToken ct) => new(
        await system.ScalarAsync<string>("SELECT d.content_key FROM runs AS r JOIN datasets AS d ON d.id = r.dataset_id WHERE r.id = $1",
        ct, run),
        await system.ScalarAsync<string>(
        "SELECT t.files->>'adapter_model.safetensors' FROM runs AS r JOIN trainings AS t ON t.id = r.training_id WHERE r.id = $1", ct,
        run));

    /// <param name="system">The system, which has done its run.</param>
    /// <param name="run">The run.</param>
    /// <param name="expected">Results of the undisturbed run.</param>
    /// <param name="poison">Document that kills its workers, or null.</param>
    /// <param name="limit">Time after which whatever is still open counts as stuck.</param>
    /// <param name="ct">Stops.</param>
    /// <returns>Every fault found; none is a pass.</returns>
    public static async Task<IReadOnlyList<string>> FaultsAsync(
        ChaosSystem system, Guid run, Result expected, string? poison, TimeSpan limit, CancellationToken ct)
    {
        List<string> faults = [];
        string state = await system.ScalarAsync<string>("SELECT state || coalesce(': ' || error, '') FROM runs WHERE id = $1", ct, run);
        if (state != "Succeeded") return [$"the run is {state}"];
        if (await system.ScalarAsync<long>("SELECT count(*) FROM runs WHERE created_at < (SELECT finished_at FROM runs WHERE id = $1)", ct,
            run) is var runs && runs != 1)
            faults.Add($"{runs} runs at once, although one folder was submitted");

        // Every document is accounted for: captioned, or failed with its reason; the poisonous one failed, no other did.
        faults.AddRange((await system.LinesAsync("""
            SELECT d.path FROM run_documents AS d WHERE NOT EXISTS (
                SELECT 1 FROM stage_items AS i
                    WHERE i.run_document_id = d.id AND (i.stage = 'Caption'
                        AND i.state IN ('Succeeded', 'Skipped') OR i.state = 'Failed' AND i.error <> ''))
            """, ct)).Select(d => $"{d} is not accounted for"));
        faults.AddRange((await system.LinesAsync("""
            SELECT d.path || ': ' || i.error
                FROM stage_items AS i JOIN run_documents AS d ON d.id = i.run_document_id WHERE i.state = 'Failed' AND d.path <> $1
            """, ct, poison ?? "")).Select(d => $"failed: {d}"));

        // Nothing done twice.
        foreach ((string what, string sql) in new[]
        {
            ("stage items", "SELECT stage || ' ' || key FROM stage_items GROUP BY run_id, stage, key HAVING count(*) > 1"),
            ("extractions",
            "SELECT document_sha256 FROM extractions GROUP BY document_sha256, options_key, extractor_version HAVING count(*) > 1"),
            ("captions", "SELECT image_sha256 FROM captions GROUP BY image_sha256, model_fingerprint, prompt_key HAVING count(*) > 1"),
            ("datasets", "SELECT run_id::text FROM datasets GROUP BY run_id HAVING count(*) > 1"),
            ("trainings", "SELECT cache_key FROM trainings GROUP BY cache_key HAVING count(*) > 1"),
            ("training steps", "SELECT name || ' ' || step FROM training_metrics GROUP BY run_id, name, step HAVING count(*) > 1"),
            ("evaluations", "SELECT cache_key FROM evaluations GROUP BY cache_key HAVING count(*) > 1"),
            ("adapters", "SELECT training_id::text FROM adapters GROUP BY training_id HAVING count(*) > 1"),
        })
            faults.AddRange((await system.LinesAsync(sql, ct)).Select(d => $"{what} twice: {d}"));

        // Nothing stuck. Queue entries and leases of the last moment get a little extra time.
        for (DateTime end = DateTime.UtcNow + limit; ;)
        {
            long open = await system.ScalarAsync<long>(
                "SELECT (SELECT count(*) FROM outbox_messages) + (SELECT count(*) FROM stage_items WHERE state IN ('Pending', 'Running'))",
                ct);
            if (open == 0) break;
            if (DateTime.UtcNow > end)
            {
                faults.Add($"{open} outbox rows or items are stuck");
                break;
            }
            await Task.Delay(200, ct);
        }

        faults.AddRange(await ArtifactFaultsAsync(system, ct));
        Result result = await ResultAsync(system, run, ct);
        if (result.Dataset != expected.Dataset) faults.Add(
            $"the dataset differs from that of an undisturbed run: {result.Dataset}, expected {expected.Dataset}");
        if (result.Adapter != expected.Adapter) faults.Add(
            $"the adapter differs from that of an undisturbed run: {result.Adapter}, expected {expected.Adapter}");
        return faults;
    }

    /// <summary>Every stored file is intact, every file that a row names exists, and the published folder is the training's.</summary>
    private static async Task<IReadOnlyList<string>> ArtifactFaultsAsync(ChaosSystem system, CancellationToken ct)
    {
        List<string> faults = [];
        string objects = Path.Combine(system.Data, "objects");
        HashSet<string> stored = [];
        foreach (string file in Directory.EnumerateFiles(objects, "*", SearchOption.AllDirectories))
        {
            string folder = Path.GetFileName(Path.GetDirectoryName(file)!);
            if (folder == "incoming") continue;         // never named by a row; removed by gc
            await using FileStream content = File.OpenRead(file);
            string sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct));
            if (folder + Path.GetFileName(file) != sha256) faults.Add($"{file} is not whole: its bytes hash to {sha256}");
            stored.Add(sha256);
        }
        faults.AddRange((await system.LinesAsync("""
            SELECT sha256 FROM artifacts UNION SELECT document_sha256 FROM run_documents
            UNION SELECT value FROM extractions, jsonb_each_text(files) UNION SELECT value FROM trainings, jsonb_each_text(files)
            UNION SELECT value FROM datasets, jsonb_each_text(files)
                UNION SELECT captioned_markdown_sha256 FROM run_documents WHERE captioned_markdown_sha256 IS NOT NULL
            """, ct)).Where(hash => !stored.Contains(hash)).Select(hash => $"artifact {hash} is named by a row and not stored"));

        string published = await system.ScalarAsync<string>(
            "SELECT a.path || '|' || t.files FROM adapters AS a JOIN trainings AS t ON t.id = a.training_id", ct);
        string[] parts = published.Split('|', 2);
        foreach ((string name, string hash) in JsonSerializer.Deserialize<Dictionary<string, string>>(parts[1])!)
        {
            string file = Path.Combine(parts[0], name);
            // Publishing completes the two reports; the rest is the training's, byte for byte.
            if (!File.Exists(file)) faults.Add($"{file} is missing");
            else if (name.EndsWith(".safetensors", StringComparison.Ordinal)
                && Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file, ct))) != hash)
                faults.Add($"{file} is not what the training stored");
        }
        return faults;
    }
}
