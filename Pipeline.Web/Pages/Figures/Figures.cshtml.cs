using Mediator;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Results;

namespace Pipeline.Web.Pages.Figures;

/// <summary>The figures of a run's documents with their captions.</summary>
internal sealed class FiguresModel(ISender sender) : PageModel
{
    public const int PageSize = 60;

    public RunDetails? Run { get; private set; }

    public FigurePage Figures { get; private set; } = new(0, []);

    /// <summary>Only these, or null for all.</summary>
    public string? Only { get; private set; }

    public int From { get; private set; }

    public async Task OnGetAsync(Guid run, CancellationToken cancellationToken, string? only = null, int from = 0)
    {
        Run = await sender.Send(new GetRun(run), cancellationToken);
        if (Run is null)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        Only = ListFigures.Filters.Contains(only) ? only : null;
        From = Math.Max(0, from);
        Figures = await sender.Send(new ListFigures(run, Only, PageSize, From), cancellationToken);
    }
}
