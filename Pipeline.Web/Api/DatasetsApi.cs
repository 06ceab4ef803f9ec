using Mediator;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Web.Errors;

namespace Pipeline.Web.Api;

/// <summary>Rows of datasets, and the drafts in which people review them.</summary>
internal static class DatasetsApi
{
    public static void MapDatasets(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/datasets/{id:guid}").WithTags("Datasets");
        MapRows(group);
        MapDraft(group);

        group.MapGet("", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
                TypedResults.Ok(Found(await sender.Send(new GetDataset(id), cancellationToken), id)))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One version of a dataset");

        group.MapGet("/diff/{other:guid}",
            async (Guid id, Guid other, ISender sender, CancellationToken cancellationToken, string? change = null, int limit = 100,
                int offset = 0) => TypedResults.Ok(await sender.Send(new DiffDatasets(id, other, change, limit, offset), cancellationToken)
                    ?? throw new NotFoundException($"there is no dataset {id}, or none {other}")))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("What another version added, removed and changed; with 'change' only one kind of difference");

        group.MapGet("/funnel", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
                TypedResults.Ok(Found(await sender.Send(new GetFunnel(id), cancellationToken), id)))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("What came of everything that went in: counts that sum up, with reasons");

        group.MapGet("/export",
            async (Guid id, ISender sender, CancellationToken cancellationToken, string format = "alpaca", string? split = null,
                bool rejected = false, bool provenance = false) =>
            {
                ExportOptions options = ExportOptions.Parse(format, split, rejected, provenance);
                DatasetEntry dataset = Found(await sender.Send(new GetDataset(id), cancellationToken), id);
                string extension = DatasetExport.Extension(options.Format);
                string path = Path.Combine(Path.GetTempPath(), $"pipeline-export-{Guid.NewGuid():N}{extension}");
                try
                {
                    Found(await sender.Send(new ExportDataset(id, options, path), cancellationToken), id);
                    // Gone once it is sent; on failure the block below removes it.
                    FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16,
                        FileOptions.Asynchronous | FileOptions.SequentialScan | FileOptions.DeleteOnClose);
                    return Results.Stream(file, options.Format switch
                    {
                        RowFormat.Csv => "text/csv; charset=utf-8",
                        RowFormat.Text => "text/plain; charset=utf-8",
                        RowFormat.Parquet => "application/vnd.apache.parquet",
                        _ => "application/jsonl; charset=utf-8",
                    }, $"{dataset.Name}{extension}");
                }
                catch
                {
                    File.Delete(path);
                    throw;
                }
            })
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The dataset as alpaca, sharegpt, messages, csv, parquet or text");
    }

    private static void MapRows(RouteGroupBuilder group)
    {
        group.MapGet("/rows", async (Guid id, [AsParameters] RowQuery query, ISender sender, CancellationToken cancellationToken) =>
                TypedResults.Ok(Found(await sender.Send(new ListRows(id, query.Filter, query.Limit ?? 50, query.Offset ?? 0, query.After),
                    cancellationToken), id)))
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Rows, rejected ones included, by state, split, type, language, document, page, reason, fact and text");

        group.MapGet("/rows/{hash}", async (Guid id, string hash, ISender sender, CancellationToken cancellationToken) =>
                TypedResults.Ok(await sender.Send(new GetRow(id, hash), cancellationToken) ?? throw NoRow(id, hash)))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One row with its sources, verdicts, and what the draft says about it");

        group.MapPost("/rows/{hash}/decision",
            async (Guid id, string hash, HttpRequest http, ISender sender, CancellationToken cancellationToken) =>
            {
                DecisionRequest request = await StrictJson.ReadAsync<DecisionRequest>(http, cancellationToken);
                DecideRow decision = new(id, hash, request.Decision ?? "", request.Edit, request.Author ?? ServedApi.ByApi, request.Reason);
                return TypedResults.Ok(await sender.Send(decision, cancellationToken) ?? throw NoRow(id, hash));
            })
            .Accepts<DecisionRequest>("application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Accept, reject or edit a row in the draft of the next version; the later decision about a row stands");

        group.MapDelete("/rows/{hash}/decision", async (Guid id, string hash, ISender sender, CancellationToken cancellationToken) =>
                await sender.Send(new WithdrawDecision(id, hash), cancellationToken) ? Results.NoContent()
                    : throw new NotFoundException($"the draft of dataset {id} has no decision about row {hash}"))
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Take a decision out of the draft");
    }

    private static void MapDraft(RouteGroupBuilder group)
    {
        group.MapGet("/draft", async (Guid id, ISender sender, CancellationToken cancellationToken, int limit = 100, int offset = 0) =>
                TypedResults.Ok(Found(await sender.Send(new GetDraft(id, limit, offset), cancellationToken), id)))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The draft of the next version: its decisions, latest first");

        group.MapPost("/draft/close", async (Guid id, HttpRequest http, ISender sender, CancellationToken cancellationToken) =>
            {
                CloseRequest request = http.HttpContext.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody
                    ? await StrictJson.ReadAsync<CloseRequest>(http, cancellationToken) : new CloseRequest(null);
                ClosedDraft closed = Found(await sender.Send(new CloseDraft(id, request.Author ?? ServedApi.ByApi), cancellationToken), id);
                return closed.Version is { } version ? Results.Created($"/api/datasets/{version.Id}", version)
                    : Results.Problem(closed.Refusal, statusCode: StatusCodes.Status409Conflict);
            })
            .Accepts<CloseRequest>(isOptional: true, "application/json")
            .Produces<DatasetVersion>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Make one new version from all decisions of the draft");

        group.MapDelete("/draft", async (Guid id, ISender sender, CancellationToken cancellationToken) =>
            {
                return await sender.Send(new DiscardDraft(id), cancellationToken) is not null ? Results.NoContent()
                    : throw new NotFoundException($"there is no dataset {id}");
            })
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Forget all decisions of the draft");
    }

    private static T Found<T>(T? value, Guid id) where T : class => value ?? throw new NotFoundException($"there is no dataset {id}");

    private static NotFoundException NoRow(Guid id, string hash) => new($"there is no row {hash} in dataset {id}");

    /// <param name="Decision">accept, reject or edit.</param>
    /// <param name="Edit">What an edit changes.</param>
    /// <param name="Author">Who decides; <c>web</c> when left out.</param>
    /// <param name="Reason">Why.</param>
    internal sealed record DecisionRequest(string? Decision, RowEdit? Edit, string? Author, string? Reason);

    /// <param name="Author">Who closes the draft; <c>web</c> when left out.</param>
    internal sealed record CloseRequest(string? Author);

    /// <summary>The filter of a list, as a query.</summary>
    internal sealed record RowQuery(string? State, string? Split, string? Type, string? Language, string? Document, int? Page,
        string? Reason, string? Fact, string? Search, int? Limit, int? Offset, int? After)
    {
        public RowFilter Filter => new()
        {
            State = State,
            Split = Split,
            Type = Type,
            Language = Language,
            Document = Document,
            Page = Page,
            Reason = Reason,
            Fact = Fact,
            Search = Search,
        };
    }
}
