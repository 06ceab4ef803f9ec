using Mediator;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Jobs.Publish;
using Pipeline.Web.Errors;

namespace Pipeline.Web.Api;

/// <summary>Stable names, the adapters that serve them, and the decisions about them.</summary>
internal static class ServedApi
{
    public const string ByApi = "web";

    public static void MapServed(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api").WithTags("Served names");

        group.MapGet("/served", async (ISender sender, CancellationToken cancellationToken) =>
                TypedResults.Ok(await sender.Send(new ListServedNames(), cancellationToken)))
            .WithSummary("Stable names, what serves them now, and what a rollback returns to");

        group.MapGet("/promotions",
            async (ISender sender, CancellationToken cancellationToken, string? name = null, Guid? run = null, int limit = 100) =>
                TypedResults.Ok(await sender.Send(new ListPromotions(name, run, limit), cancellationToken)))
            .WithSummary("Decisions with their numbers and reasons, newest first: promoted, kept, rolled_back");

        group.MapPost("/adapters/{name}/rollback",
            async (string name, HttpRequest http, ISender sender, CancellationToken cancellationToken) =>
            {
                RollbackRequest request = await BodyAsync<RollbackRequest>(http, cancellationToken) ?? new(null, null);
                return Answer(await sender.Send(new RollBackAdapter(name, ByApi, request.From, request.Reason), cancellationToken),
                    $"nothing serves the name '{name}'; GET /api/served lists those that are served");
            })
            .Accepts<RollbackRequest>(isOptional: true, "application/json")
            .Produces<PromotionEntry>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Let the adapter serve a stable name again that served it before");

        group.MapPost("/adapters/{name}/promote",
            async (string name, HttpRequest http, ISender sender, CancellationToken cancellationToken) =>
            {
                PromoteRequest request = await StrictJson.ReadAsync<PromoteRequest>(http, cancellationToken);
                return Answer(await sender.Send(new PromoteAdapter(name, request.As ?? "", ByApi, request.Reason), cancellationToken),
                    $"there is no adapter '{name}'");
            })
            .Accepts<PromoteRequest>("application/json")
            .Produces<PromotionEntry>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Let an adapter serve a stable name, whatever its evaluation says");
    }

    private static IResult Answer(ServedChange? change, string otherwise) => change switch
    {
        null => throw new NotFoundException(otherwise),
        { Done: { } done } => TypedResults.Ok(done),
        _ => Results.Problem(change.Refusal, statusCode: StatusCodes.Status409Conflict),
    };

    private static async Task<T?> BodyAsync<T>(HttpRequest http, CancellationToken cancellationToken)
        where T : class =>
        http.HttpContext.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody
        ? await StrictJson.ReadAsync<T>(http, cancellationToken) : null;

    /// <param name="From">Only if this adapter serves the name now, so that a request sent twice rolls back only once.</param>
    /// <param name="Reason">Why, for the history.</param>
    internal sealed record RollbackRequest(string? From, string? Reason);

    /// <param name="As">The stable name.</param>
    /// <param name="Reason">Why, for the history.</param>
    internal sealed record PromoteRequest(string? As, string? Reason);
}
