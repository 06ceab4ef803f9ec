using Mediator;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Runs.Results;

namespace Pipeline.Web.Pages;

/// <summary>What runs have published.</summary>
internal sealed class AdaptersModel(ISender sender) : PageModel
{
    public IReadOnlyList<AdapterEntry> Adapters { get; private set; } = [];

    public IReadOnlyList<ServedNameEntry> Served { get; private set; } = [];

    public IReadOnlyList<PromotionEntry> History { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Adapters = await sender.Send(new ListAdapters(), cancellationToken);
        Served = await sender.Send(new ListServedNames(), cancellationToken);
        History = await sender.Send(new ListPromotions(), cancellationToken);
    }
}
