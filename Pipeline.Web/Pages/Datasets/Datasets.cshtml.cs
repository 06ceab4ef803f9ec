using Mediator;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pipeline.Jobs.Runs.Results;

namespace Pipeline.Web.Pages.Datasets;

/// <summary>All versions of all datasets, newest first.</summary>
internal sealed class DatasetsModel(ISender sender) : PageModel
{
    private const int PageSize = 100;

    public IReadOnlyList<DatasetEntry> Datasets { get; private set; } = [];

    public int From { get; private set; }

    public int? Next { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken, int from = 0)
    {
        From = Math.Max(0, from);
        IReadOnlyList<DatasetEntry> found = await sender.Send(new ListDatasets(PageSize + 1, From), cancellationToken);
        Next = found.Count > PageSize ? From + PageSize : null;
        Datasets = [.. found.Take(PageSize)];
    }
}
