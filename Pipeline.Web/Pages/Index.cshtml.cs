using Mediator;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Runs;
using Pipeline.Web.Security;
using Pipeline.Web.Serving;

namespace Pipeline.Web.Pages;

/// <summary>The first page: documents in, what runs, what came out, which models there are, and the question about an image.</summary>
internal sealed class IndexModel(ISender sender, ModelCatalog catalog, IOptions<UploadOptions> uploads) : PageModel
{
    private const int Looked = 50, Shown = 5;

    /// <summary>Runs that are not over.</summary>
    public IReadOnlyList<RunEntry> Open { get; private set; } = [];

    /// <summary>The last ones that are.</summary>
    public IReadOnlyList<RunEntry> Ended { get; private set; } = [];

    public IReadOnlyList<ServedModel> Models { get; private set; } = [];

    /// <summary>No other base is served than the small ones that come with the product.</summary>
    public bool OnlyStarters => Models.Where(model => model.Adapter is null)
        .All(model => model.Id.EndsWith("-starter", StringComparison.Ordinal));

    public long MaxUpload => uploads.Value.MaxIngestBytes;

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RunEntry> runs = await sender.Send(new ListRuns(Looked), cancellationToken);
        Open = [.. runs.Where(IsOpen).Take(Shown)];
        Ended = [.. runs.Where(run => !IsOpen(run)).Take(Shown)];
        Models = await catalog.ListAsync(cancellationToken);
    }

    private static bool IsOpen(RunEntry run) => run.State is RunState.Pending or RunState.Running or RunState.Paused;
}
