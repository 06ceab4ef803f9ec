using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using Pipeline.Web.Serving;

namespace Pipeline.Web.Pages;

/// <summary>Chat with base models and adapters.</summary>
internal sealed class ChatModel(ModelCatalog catalog, IOptions<ServingOptions> options) : PageModel
{
    public IReadOnlyList<ServedModel> Models { get; private set; } = [];

    public int MostTokens => options.Value.MaxNewTokens;

    /// <summary>The model to start with.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Model { get; set; }

    public async Task OnGetAsync(CancellationToken cancellationToken) => Models = await catalog.ListAsync(cancellationToken);
}
