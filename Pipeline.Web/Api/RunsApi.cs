using Mediator;
using Microsoft.AspNetCore.StaticFiles;
using Pipeline.Data.Artifacts;
using Pipeline.Jobs.Runs;

namespace Pipeline.Web.Api;

/// <summary>Runs and what belongs to one of them.</summary>
internal static class RunsApi
{
    private static readonly FileExtensionContentTypeProvider s_types = new();

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

        group.MapGet("/{id:guid}/documents", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
            {
                await sender.RunAsync(id, cancellationToken);
                return TypedResults.Ok(await sender.Send(new ListDocuments(id), cancellationToken));
            })
            .WithSummary("Documents of a run, with the reason where one failed");

        group.MapGet("/{id:guid}/documents/{documentId:guid}/files/{**path}", FileAsync)
            .WithSummary("A file made from a document: document.md, document.captioned.md, document.json, images/…, pages/…");

        group.MapGet("/{id:guid}/metrics", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
            {
                await sender.RunAsync(id, cancellationToken);
                return TypedResults.Ok(await sender.Send(new GetMetrics(id), cancellationToken));
            })
            .WithSummary("Training curves by name");

        group.MapGet("/{id:guid}/logs", async (Guid id, ISender sender, CancellationToken cancellationToken, long? after = null, int limit = 500) =>
            {
                await sender.RunAsync(id, cancellationToken);
                return TypedResults.Ok(await sender.Send(new ListLogs(id, after, limit), cancellationToken));
            })
            .WithSummary("Log lines, oldest first; 'after' continues behind a line");

        group.MapPost("/{id:guid}/cancel", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
            {
                RunDetails run = await sender.RunAsync(id, cancellationToken);
                bool canceled = await sender.Send(new CancelRun(id), cancellationToken);
                return canceled
                    ? Results.Accepted($"/api/runs/{id}")
                    : Results.Problem($"the run has ended already ({run.Summary.State.ToString().ToLowerInvariant()})", statusCode: StatusCodes.Status409Conflict);
            })
            .Produces(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Stop a run");
    }

    /// <exception cref="NotFoundException">There is no such run.</exception>
    public static async Task<RunDetails> RunAsync(this ISender sender, Guid id, CancellationToken cancellationToken) =>
        await sender.Send(new GetRun(id), cancellationToken) ?? throw new NotFoundException($"there is no run {id}");

    private static async Task<IResult> FileAsync(
        Guid id, Guid documentId, string path, ISender sender, IArtifactStore artifacts, HttpContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<DocumentEntry> documents = await sender.Send(new ListDocuments(id), cancellationToken);
        DocumentEntry document = documents.FirstOrDefault(d => d.Id == documentId)
            ?? throw new NotFoundException($"run {id} has no document {documentId}");
        if (!document.Files.TryGetValue(path, out string? sha256))
            throw new NotFoundException($"{document.Path}: no file '{path}' was made from it");

        // The content comes from strangers' documents: it may be shown, never run.
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        string type = Path.GetExtension(path) is ".md" ? "text/plain; charset=utf-8"
            : s_types.TryGetContentType(path, out string? known) && known.StartsWith("image/", StringComparison.Ordinal) ? known
            : Path.GetExtension(path) is ".json" ? "application/json"
            : "application/octet-stream";
        return Results.Stream(artifacts.OpenRead(sha256), type);
    }
}
