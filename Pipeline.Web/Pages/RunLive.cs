using Mediator;
using Pipeline.Data.Stages;
using Pipeline.Web.Api;
using Pipeline.Web.Errors;

namespace Pipeline.Web.Pages;

/// <summary>
/// What changes on the page of a run, as server-sent events: <c>section</c> with the HTML of an element that takes the place of the one
/// with its id, and <c>end</c>. The page's own partial views render it, so that each section exists once.
/// </summary>
internal static class RunLive
{
    public static void MapRunLive(this IEndpointRouteBuilder routes) => routes
        .MapGet("/runs/{id:guid}/live", async (
            Guid id, string? state, int? from, HttpContext http, ISender sender, StageGraph graph, RunFollower follower,
            PartialRenderer renderer,
            TimeProvider time, CancellationToken cancellationToken) =>
        {
            await sender.RunAsync(id, cancellationToken);
            return TypedResults.ServerSentEvents(follower.FollowAsync(id, ReadAsync, cancellationToken));

            async Task<RunSnapshot> ReadAsync(CancellationToken token)
            {
                RunView view = await RunView.ReadAsync(sender, graph, id, state, from ?? 0, time.GetUtcNow(), token)
                    ?? throw new NotFoundException($"there is no run {id}");
                List<RunSnapshot.Part> parts = [];
                foreach (string section in RunView.Sections) parts.Add(new(section, "section",
                    await renderer.RenderAsync(http, section, view)));
                return new RunSnapshot(!view.IsOpen, parts);
            }
        })
        .ExcludeFromDescription();
}
