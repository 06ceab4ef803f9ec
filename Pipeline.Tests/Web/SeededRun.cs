using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs;

namespace Pipeline.Tests.Web;

/// <summary>
/// What a finished run of four documents leaves in the database, one of which failed and one of which tries to inject script.
/// </summary>
internal static class SeededRun
{
    public const string Injection = "<script>document.title='injected'</script>.pdf";

    public static async Task<Guid> CreateAsync(PipelineStorage storage, IDbContextFactory<PipelineDbContext> contexts)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync();
        DateTimeOffset start = DateTimeOffset.UtcNow.AddMinutes(-4);
        Run run = new("field-guide", "/data/inbox/field-guide", """{"base_model":"starter/phi4-starter","training":{"max_steps":40}}""",
            start);
        db.Add(run);
        await db.SaveChangesAsync();

        string[] names = ["charts.pdf", "two-columns.pdf", "broken.pdf", Injection];
        foreach (string name in names)
        {
            StoredArtifact pdf = await storage.Artifacts.PutAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes("%PDF-1.4 " + name)));
            StoredArtifact text = await storage.Artifacts.PutAsync(
                new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"# {name}\n\nText of the document.\n")));
            await db.RegisterArtifactsAsync([pdf, text], default);
            Extraction extraction = new(pdf.Sha256, "1", "test", new() { ["document.md"] = text.Sha256 }, 6, 3,
                name == "two-columns.pdf" ? ["page 2: its text runs sideways; the page was turned", "page 5 is damaged"] : [], start);
            RunDocument document = new(run.Id, name, pdf.Sha256)
            {
                ExtractionId = name == "broken.pdf"
                ? null : extraction.Id,
                Captions = name == "broken.pdf" ? 0 : 3
            };
            db.Add(new Document(pdf.Sha256, name, 48_213, start));
            if (name != "broken.pdf")
                db.Add(extraction);
            await db.SaveChangesAsync();
            db.Add(document);
            await db.SaveChangesAsync();
            foreach (Stage stage in new[] { Stages.Extract, Stages.Caption })
            {
                if (name == "broken.pdf" && stage == Stages.Caption)
                    continue;
                await AddItemAsync(db, run.Id, stage, document.Id, name == "broken.pdf"
                    ? "broken.pdf: the file is encrypted; remove the password or exclude the file" : null);
            }
        }
        foreach (Stage stage in Stages.Graph.All.Where(d => d.Scope == StageScope.Run).Select(d => d.Stage))
            await AddItemAsync(db, run.Id, stage, null, null);

        Dataset dataset = new(run.Id, "field-guide", "key", [], 118, 13, start);
        Training training = new()
        {
            RunId = run.Id,
            CacheKey = "key",
            BaseModel = "starter/phi4-starter",
            Steps = 40,
            FirstLoss = 4.8,
            LastLoss = 1.9,
            TrainableParameters = 402_432,
            AllParameters = 9_912_448,
            Seconds = 41,
            CreatedAt = start,
        };
        db.AddRange(dataset, training);
        await db.SaveChangesAsync();
        for (int step = 1; step <= 40; step++)
            db.Add(new TrainingMetric
            {
                RunId = run.Id,
                Step = step,
                Name = "loss",
                Value = 1.7 + (3.1 * Math.Exp(-step / 9.0))
                + (0.15 * Math.Sin(step * 1.7)),
                Epoch = step / 20.0,
                At = start
            });
        for (int step = 10; step <= 40; step += 10)
            db.Add(new TrainingMetric
            {
                RunId = run.Id,
                Step = step,
                Name = "eval_loss",
                Value = 2.1
                + (2.6 * Math.Exp(-step / 10.0)),
                Epoch = step / 20.0,
                At = start
            });
        Evaluation evaluation = new()
        {
            RunId = run.Id,
            TrainingId = training.Id,
            CacheKey = "key",
            Examples = 13,
            Tokens = 861,
            BaseLoss = 4.21,
            AdapterLoss = 2.34,
            CreatedAt = start,
            Generations = JsonSerializer.Serialize(new[]
            {
                new { instruction = "What does the section 'Soil' say?", input = "", expected = "Loam drains well and holds nutrients.",
                    @base = "The the section of a file is the file.", adapter = "Loam drains well and keeps nutrients." },
                new { instruction = "Describe figure 2.", input = "Field guide, page 4", expected = "A bar chart with five bars.",
                @base = "It is a number of the system.", adapter = "A bar chart with five bars; the tallest is March." },
            }),
        };
        Adapter adapter = new("field-guide", run.Id, training.Id, "starter/phi4-starter", storage.Folder, "phi4_mini",
            DateTimeOffset.UtcNow);
        Training older = new()
        {
            RunId = run.Id,
            CacheKey = "older",
            BaseModel = "starter/phi4-starter",
            Steps = 40,
            FirstLoss = 4.8,
            LastLoss = 2.2,
            TrainableParameters = 402_432,
            AllParameters = 9_912_448,
            CreatedAt = start
        };
        db.Add(older);
        await db.SaveChangesAsync();
        Adapter predecessor = new("field-guide-1", run.Id, older.Id, "starter/phi4-starter", storage.Folder, "phi4_mini", start);
        db.AddRange(evaluation, adapter, predecessor);
        Promotion first = new()
        {
            Id = Guid.CreateVersion7(start),
            Name = "guide",
            Kind = PromotionKind.Promoted,
            AdapterId = predecessor.Id,
            Loss = 2.61,
            ReferenceLoss = 4.21,
            Margin = 0.01,
            Tokens = 861,
            By = "run",
            CreatedAt = start,
            Reason = "held-out loss 2.6100 is 38.0 % below 4.2100 of the base model; the margin is 1 %"
        };
        Promotion second = new()
        {
            Name = "guide",
            Kind = PromotionKind.Promoted,
            AdapterId = adapter.Id,
            AgainstId = predecessor.Id,
            PreviousId = first.Id,
            RunId = run.Id,
            Loss = 2.34,
            ReferenceLoss = 2.61,
            Margin = 0.01,
            Tokens = 861,
            By = "run",
            CreatedAt = DateTimeOffset.UtcNow,
            Reason = "held-out loss 2.3400 is 10.3 % below 2.6100 of field-guide-1; the margin is 1 %"
        };
        ServedName served = new("guide");
        served.Follow(second.Id, second.Id);
        db.AddRange(first, second, served);
        string[] lines = ["Ingest started, attempt 1", "4 documents", "Extract started, attempt 1", "broken.pdf: the file is encrypted",
            "Train started, attempt 1", "step 40 of 40, loss 1.90", "Published adapter field-guide"];
        for (int i = 0; i < lines.Length; i++)
            db.Add(new LogEntry
            {
                At = start.AddSeconds(i * 9),
                Level = lines[i].Contains("encrypted", StringComparison.Ordinal)
                ? "Warning" : "Information",
                Category = "Pipeline",
                Message = lines[i],
                RunId = run.Id
            });
        await db.SaveChangesAsync();
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET state = 'Succeeded', started_at = created_at, finished_at = created_at + interval '97 seconds',
                dataset_id = {dataset.Id},
                training_id = {training.Id}, evaluation_id = {evaluation.Id}, adapter_id = {adapter.Id} WHERE id = {run.Id}
            """);
        return run.Id;
    }

    private static async Task AddItemAsync(PipelineDbContext db, Guid runId, Stage stage, Guid? documentId, string? error)
    {
        StageItem item = new(runId, stage, documentId, 3, DateTimeOffset.UtcNow);
        db.Add(item);
        await db.SaveChangesAsync();
        string state = error is null ? "Succeeded" : "Failed";
        await db.Database.ExecuteSqlAsync($"""
            UPDATE stage_items SET state = {state}, attempt = 1, seconds = {2.5 + Stages.Graph.PositionOf(stage)}, error = {error},
                failure_kind = {(error is null ? null : "Input")},
                started_at = created_at, finished_at = created_at WHERE id = {item.Id}
            """);
    }
}
