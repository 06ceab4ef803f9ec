using Mediator;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pipeline.Jobs.Dataset.Versions;

namespace Pipeline.Web.Pages.Datasets;

/// <summary>How two versions of a dataset differ.</summary>
internal sealed class ChangesModel(ISender sender) : PageModel
{
    public const int PageSize = 100;

    public DatasetDiff? Difference { get; private set; }

    /// <summary>The only kind of change that is shown, or null for all.</summary>
    public string? Change { get; private set; }

    public int From { get; private set; }

    public async Task OnGetAsync(Guid id, Guid other, CancellationToken cancellationToken, string? change = null, int from = 0)
    {
        Change = RowChange.All.Contains(change) ? change : null;
        From = Math.Max(0, from);
        Difference = await sender.Send(new DiffDatasets(id, other, Change, PageSize, From), cancellationToken);
        if (Difference is null) Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
