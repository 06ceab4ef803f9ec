using System.Text.Json;
using Mediator;
using Microsoft.AspNetCore.StaticFiles;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Report;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Web.Errors;

namespace Pipeline.Web.Api;

/// <summary>Runs and what belongs to one of them.</summary>
internal static class RunsApi
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/runs").WithTags("Runs");

        group.MapGet("", async (ISender sender, CancellationToken cancellationToken, int limit = 50, int offset = 0) =>
                TypedResults.Ok(await sender.Send(new ListRuns(limit, offset), cancellationToken)))
            .WithSummary("Runs, newest first");

        group.MapGet("/{id:guid}", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
                TypedResults.Ok(await sender.RunAsync(id, cancellationToken)))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One run: state, stages, results");

        group.MapGet("/{id:guid}/items", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
            {
                await sender.RunAsync(id, cancellationToken);
                return TypedResults.Ok(await sender.Send(new ListItems(id), cancellationToken));
            })
            .WithSummary("Every piece of work of a run");

        group.MapGet("/{id:guid}/documents", async (Guid id, ISender sender, CancellationToken cancellationToken,
                string? state = null, int limit = int.MaxValue, int offset = 0) =>
            {
                await sender.RunAsync(id, cancellationToken);
                return TypedResults.Ok(await sender.Send(new ListDocuments(id, state, limit, offset), cancellationToken));
            })
            .WithSummary("Documents of a run by path, all or by state, with the reason where one failed");

        group.MapGet("/{id:guid}/documents/{documentId:guid}/files/{**path}", FileAsync)
            .WithSummary("A file made from a document: document.md, document.captioned.md, document.json, images/…, pages/…");

        group.MapGet("/{id:guid}/figures", async (Guid id, ISender sender, CancellationToken cancellationToken,
                string? only = null, int limit = 60, int offset = 0) =>
            {
                await sender.RunAsync(id, cancellationToken);
                return TypedResults.Ok(await sender.Send(new ListFigures(id, only, limit, offset), cancellationToken));
            })
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Figures with their captions: all, or only those whose caption is missing, short or repeated");

        group.MapGet("/{id:guid}/report", (Guid id, ISender sender, IArtifactStore artifacts, HttpContext context,
                CancellationToken cancellationToken) =>
            ReportAsync(id, ReportHtml.File, "text/html; charset=utf-8", sender, artifacts, context, cancellationToken))
            .WithSummary("What came of the run, one self-contained HTML page");

        group.MapGet("/{id:guid}/report.json", (Guid id, ISender sender, IArtifactStore artifacts, HttpContext context,
                CancellationToken cancellationToken) =>
            ReportAsync(id, ReportJson.File, "application/json", sender, artifacts, context, cancellationToken))
            .WithSummary("The same for programs");

        group.MapGet("/{id:guid}/metrics", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
            {
                await sender.RunAsync(id, cancellationToken);
                return TypedResults.Ok(await sender.Send(new GetMetrics(id), cancellationToken));
            })
            .WithSummary("Training curves by name");

        group.MapGet("/{id:guid}/logs", async (Guid id, ISender sender, CancellationToken cancellationToken,
                long? after = null, int limit = 500, string? level = null, Stage? stage = null, Guid? item = null, int? attempt = null,
                string? text = null) =>
            {
                await sender.RunAsync(id, cancellationToken);
                return TypedResults.Ok(await sender.Send(new ListLogs(id, after, limit, level, stage, item, attempt, text),
                    cancellationToken));
            })
            .WithSummary("Log lines, oldest first, by level, stage, item, attempt or text; 'after' continues behind a line");

        group.MapPost("/{id:guid}/cancel", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
            {
                RunDetails run = await sender.RunAsync(id, cancellationToken);
                bool canceled = await sender.Send(new CancelRun(id), cancellationToken);
                return canceled
                    ? Results.Accepted($"/api/runs/{id}")
                    : Results.Problem($"the run has ended already ({run.Summary.State.ToString().ToLowerInvariant()})",
                    statusCode: StatusCodes.Status409Conflict);
            })
            .Produces(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Stop a run");
        MapControl(group);
    }

    private static void MapControl(RouteGroupBuilder group)
    {
        group.MapPost("/{id:guid}/pause", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
                await ControlledAsync(id, sender, await sender.Send(new PauseRun(id), cancellationToken), "is paused already or has ended",
                cancellationToken))
            .WithSummary("Take a run's work from queue and workers until it is resumed; a training saves a checkpoint");

        group.MapPost("/{id:guid}/resume", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
                await ControlledAsync(id, sender, await sender.Send(new ResumeRun(id), cancellationToken), "is not paused",
                cancellationToken))
            .WithSummary("Put a paused run back to work");

        group.MapPost("/{id:guid}/retry",
            async (Guid id, ISender sender, CancellationToken cancellationToken, Stage? stage = null, Guid? item = null) =>
                await ControlledAsync(id, sender, await sender.Send(new RetryRun(id, stage, item), cancellationToken) > 0,
                "has nothing that failed or was canceled there", cancellationToken))
            .WithSummary("Work again on what failed or was canceled: everything, one stage, or one item");

        group.MapPut("/{id:guid}/priority", async (Guid id, HttpRequest http, ISender sender, CancellationToken cancellationToken) =>
            {
                PriorityRequest request = await StrictJson.ReadAsync<PriorityRequest>(http, cancellationToken);
                return await ControlledAsync(id, sender, await sender.Send(new PrioritizeRun(id, request.Priority), cancellationToken),
                    "does not exist", cancellationToken);
            })
            .Accepts<PriorityRequest>("application/json")
            .WithSummary("Whose work is claimed first; higher comes first");

        group.MapPost("/{id:guid}/clone", async (Guid id, HttpRequest http, ISender sender, CancellationToken cancellationToken) =>
            {
                CloneRequest request = http.ContentLength is > 0
                    ? await StrictJson.ReadAsync<CloneRequest>(http, cancellationToken) : new CloneRequest(null, null);
                RunAccepted run = await sender.Send(new CloneRun(id, request.Options, request.From), cancellationToken)
                    ?? throw new NotFoundException($"there is no run {id}");
                return Results.Accepted($"/api/runs/{run.RunId}", run);
            })
            .Accepts<CloneRequest>("application/json")
            .Produces<RunAccepted>(StatusCodes.Status202Accepted)
            .WithSummary("A new run from this one with some settings changed; with 'from' over the very same documents from that stage on");
    }

    private static async Task<IResult> ControlledAsync(Guid id, ISender sender, bool done, string otherwise,
        CancellationToken cancellationToken)
    {
        if (done) return Results.Accepted($"/api/runs/{id}");
        RunDetails run = await sender.RunAsync(id, cancellationToken);
        return Results.Problem($"the run {otherwise} ({run.Summary.State.ToString().ToLowerInvariant()})",
            statusCode: StatusCodes.Status409Conflict);
    }

    /// <param name="Priority">0 by default.</param>
    internal sealed record PriorityRequest(int Priority);

    /// <param name="Options">Settings to change; the others stay.</param>
    /// <param name="From">First stage to repeat, on the same documents.</param>
    internal sealed record CloneRequest(JsonElement? Options, Stage? From);

    /// <exception cref="NotFoundException">There is no such run.</exception>
    public static async Task<RunDetails> RunAsync(this ISender sender, Guid id, CancellationToken cancellationToken) =>
        await sender.Send(new GetRun(id), cancellationToken) ?? throw new NotFoundException($"there is no run {id}");

    private static async Task<IResult> ReportAsync(Guid id, string name, string type, ISender sender, IArtifactStore artifacts,
        HttpContext context, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> files = await sender.Send(new GetReportFiles(id), cancellationToken)
            ?? throw new NotFoundException($"there is no run {id}");
        if (!files.TryGetValue(name, out string? sha256)) throw new NotFoundException($"run {id} has no report yet");
        // It holds texts of untrusted documents: its own style and drawings, nothing else, and no script.
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups";
        return Results.Stream(await artifacts.OpenReadAsync(sha256, cancellationToken), type);
    }

    private static async Task<IResult> FileAsync(
        Guid id, Guid documentId, string path, ISender sender, IArtifactStore artifacts, HttpContext context,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<DocumentEntry> documents = await sender.Send(new ListDocuments(id, DocumentId: documentId), cancellationToken);
        DocumentEntry document = documents.SingleOrDefault()
            ?? throw new NotFoundException($"run {id} has no document {documentId}");
        if (!document.Files.TryGetValue(path, out string? sha256))
            throw new NotFoundException($"{document.Path}: no file '{path}' was made from it");

        // The content comes from untrusted documents: it may be shown, never executed.
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        string type = Path.GetExtension(path) is ".md" ? "text/plain; charset=utf-8"
            : Types.TryGetContentType(path, out string? known) && known.StartsWith("image/", StringComparison.Ordinal) ? known
            : Path.GetExtension(path) is ".json" ? "application/json"
            : "application/octet-stream";
        if (path.StartsWith("pages/", StringComparison.Ordinal) && !await artifacts.ExistsAsync(sha256, cancellationToken))
            throw new NotFoundException(
                $"{document.Path}: {path} was removed to save space (Retention:RasterDays); run the document again to make it anew");
        return Results.Stream(await artifacts.OpenReadAsync(sha256, cancellationToken), type);
    }
}
