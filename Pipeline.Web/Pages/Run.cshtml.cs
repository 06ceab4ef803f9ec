using Mediator;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pipeline.Data.Stages;

namespace Pipeline.Web.Pages;

/// <summary>One run. While it works, <see cref="RunLive"/> sends the sections that change.</summary>
internal sealed class RunModel(ISender sender, StageGraph graph, TimeProvider time) : PageModel
{
    public RunView? View { get; private set; }

    public async Task OnGetAsync(Guid id, string? state, int from, CancellationToken cancellationToken)
    {
        View = await RunView.ReadAsync(sender, graph, id, state, from, time.GetUtcNow(), cancellationToken);
        if (View is null) Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
