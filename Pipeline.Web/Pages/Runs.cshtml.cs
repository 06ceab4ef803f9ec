using Mediator;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Pipeline.Jobs.Runs;
using Pipeline.Web.Security;

namespace Pipeline.Web.Pages;

/// <summary>All runs, and the two ways to start one.</summary>
internal sealed class RunsModel(ISender sender, AllowedFolders folders, IOptions<UploadOptions> uploads, TimeProvider time) : PageModel
{
    public IReadOnlyList<RunEntry> Runs { get; private set; } = [];

    public IReadOnlyList<string> Roots => folders.Roots;

    public long MaxUpload => uploads.Value.MaxIngestBytes;

    public DateTimeOffset Now { get; } = time.GetUtcNow();

    public async Task OnGetAsync(CancellationToken cancellationToken) => Runs = await sender.Send(new ListRuns(), cancellationToken);
}
