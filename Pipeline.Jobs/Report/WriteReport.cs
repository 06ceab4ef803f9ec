using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Served;
using Pipeline.Models.Evaluation.Examination;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Report;

/// <summary>Writes what came of a run for people who were not there: one HTML file and the same as JSON.</summary>
internal sealed class WriteReport(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage,
    EndpointChatClients endpoints, TimeProvider time) : IStageHandler
{
    private const int Samples = 10;

    public async Task ForgetAsync(PipelineDbContext db, Guid runId, CancellationToken ct)
    {
        Run run = await db.Runs.SingleAsync(r => r.Id == runId, ct);
        run.ReportFiles = [];
        await db.SaveChangesAsync(ct);
    }

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using DatasetScope scope = await DatasetScope.OpenAsync(contexts, claim, ct);
        (PipelineDbContext db, Run run, RunOptions options, DatasetRow dataset) = scope;
        Training training = await scope.TrainingAsync(ct);
        Evaluation? evaluation = await db.Evaluations.AsNoTracking().SingleOrDefaultAsync(e => e.Id == run.EvaluationId, ct);
        ExaminationResult? examination = evaluation?.Examination is { } json ? ExaminationJson.Read(json) : null;
        string? current = await CurrentAsync(db, evaluation, ct), language = options.Evaluation.ReportLanguage;
        TeachingReport report = new()
        {
            Language = language,
            Run = run.Name,
            WrittenAt = time.GetUtcNow(),
            BaseModel = Path.GetFileName(Path.TrimEndingDirectorySeparator(training.BaseModel)),
            Adapter = AdapterName.From(run.Name),
            Settings = Settings(options, training),
            Funnel = dataset.Funnel is { } funnel ? RowJson.Read<Funnel>(funnel) : null,
            Samples = await SamplesAsync(db, dataset.Id, ct),
            Examination = examination,
            Judge = await JudgeAsync(examination, options.Evaluation.Judge, claim, ct),
            Loss = await CurveAsync(db, run.Id, "loss", ct),
            EvalLoss = await CurveAsync(db, run.Id, "eval_loss", ct),
            Costs = await CostsAsync(db, run.Id, ct),
            Promotion = examination is null ? null : Promotion(examination, options, current, language),
            Warnings = examination is null ? [language == "es" ? "el conjunto de datos no tiene preguntas de examen"
                : "the dataset has no questions to examine"] : [],
        };
        string folder = RunFolders.Report(storage, run.Id);
        Directory.CreateDirectory(folder);
        await using (FileStream html = File.Create(Path.Combine(folder, ReportHtml.File))) ReportHtml.Write(report, html);
        await File.WriteAllTextAsync(Path.Combine(folder, ReportJson.File), ReportJson.Write(report), ct);
        SortedDictionary<string, StoredArtifact> files = await storage.Artifacts.StoreFolderAsync(folder, _ => true, ct);
        await claim.CompleteAsync(async (work, token) =>
        {
            await work.RegisterArtifactsAsync(files.Values, token);
            (await work.Runs.SingleAsync(r => r.Id == run.Id, token)).ReportFiles = files.Hashes();
        }, fromCache: false, ct);
        return Path.Combine(folder, ReportHtml.File);
    }

    private async Task<JudgeResult?> JudgeAsync(ExaminationResult? examination, string? name, ItemClaim claim, CancellationToken ct) =>
        examination is null || name is null ? null
        : await new AnswerJudge(endpoints.Of(name).Client, name).JudgeAsync(examination, ExamSides.Adapter, claim.Report, ct);

    private static ReportPromotion Promotion(ExaminationResult examination, RunOptions options, string? current, string language)
    {
        GateDecision gate = ExamSides.Gate(examination, current, options.Publish.PromotionMargin);
        return new ReportPromotion(options.Publish.PromoteAs, gate.Promote, gate.Reasons(language));
    }

    private static async Task<string?> CurrentAsync(PipelineDbContext db, Evaluation? evaluation, CancellationToken ct) =>
        evaluation?.CurrentAdapterId is { } id ? await db.Adapters.Where(a => a.Id == id).Select(a => a.Name).SingleAsync(ct) : null;

    private static IReadOnlyList<ReportSetting> Settings(RunOptions options, Training training) =>
    [
        new("base_model", Path.GetFileName(Path.TrimEndingDirectorySeparator(training.BaseModel))),
        new("dataset.writing.endpoint", options.Dataset.Writing.Endpoint ?? "–"),
        .. options.Training.Given.OrderBy(s => s.Key, StringComparer.Ordinal)
            .Select(s => new ReportSetting($"training.{s.Key}",
                s.Value.ValueKind == JsonValueKind.String ? s.Value.GetString()! : s.Value.GetRawText())),
        new("train.engine", options.Train.Engine),
    ];

    private static async Task<IReadOnlyList<ReportSample>> SamplesAsync(PipelineDbContext db, Guid dataset, CancellationToken ct)
    {
        DatasetExample[] rows = await db.DatasetExamples.AsNoTracking().Where(e => e.DatasetId == dataset && e.Split == "train")
            .OrderBy(e => e.Hash).Take(Samples).ToArrayAsync(ct);
        return [.. rows.Select(e => new ReportSample(e.Type, e.Language, e.Question, e.Answer, e.Document, e.Page == 0 ? null : e.Page))];
    }

    private static async Task<IReadOnlyList<CurvePoint>> CurveAsync(PipelineDbContext db, Guid run, string name, CancellationToken ct) =>
        [.. (await db.TrainingMetrics.AsNoTracking().Where(m => m.RunId == run && m.Name == name).OrderBy(m => m.Step)
            .Select(m => new { m.Step, m.Value }).ToArrayAsync(ct)).Select(m => new CurvePoint(m.Step, m.Value))];

    private static async Task<IReadOnlyList<StageCost>> CostsAsync(PipelineDbContext db, Guid run, CancellationToken ct)
    {
        Dictionary<Stage, double> seconds = (await db.StageItems.AsNoTracking().Where(i => i.RunId == run && i.FinishedAt != null)
            .GroupBy(i => i.Stage).Select(g => new { g.Key, Seconds = g.Sum(i => i.Seconds) }).ToArrayAsync(ct))
            .ToDictionary(g => g.Key, g => g.Seconds);
        return
        [
            .. Stages.Graph.All.Where(d => seconds.ContainsKey(d.Stage)).Select(d => new StageCost(d.Stage.SnakeName, seconds[d.Stage])),
        ];
    }
}
