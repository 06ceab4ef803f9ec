using Mediator;
using Microsoft.Extensions.Options;
using Pipeline.Jobs;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Web.Errors;

namespace Pipeline.Web.Serving;

/// <summary>
/// What is served by name: configured models, the names that promoted adapters serve, adapters as runs publish them, and their
/// base models. Looked up for each request, which then keeps what it found.
/// </summary>
internal sealed class ModelCatalog(IOptions<ServingOptions> options, ISender sender)
{
    private const string StarterLanguage = "starter/phi4-starter", StarterVision = "starter/qwen2vl-starter";

    /// <summary>Everything that is served now, language models first.</summary>
    public async Task<IReadOnlyList<ServedModel>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<AdapterEntry> adapters = await sender.Send(new ListAdapters(), cancellationToken);
        string[] configured = options.Value.LanguageModels is { Length: > 0 } folders ? folders : [StarterLanguage];
        Dictionary<string, ServedModel> models = new(StringComparer.Ordinal);
        foreach (string folder in configured.Concat(adapters.Select(a => a.BaseModel)).Select(ProductFiles.Resolve).Distinct()
            .Where(IsModel))
            Add(new ServedModel(NameOf(folder), folder, null, SeesImages: false, Directory.GetLastWriteTimeUtc(folder)));
        foreach (AdapterEntry adapter in adapters)
            foreach (string name in adapter.ServedAs)
                Add(Served(name, adapter));
        foreach (AdapterEntry adapter in adapters)
            Add(Served(adapter.Name, adapter));
        if (VisionFolder(options.Value) is { } vision)
            Add(new ServedModel(NameOf(vision), vision, null, SeesImages: true, Directory.GetLastWriteTimeUtc(vision)));
        return [.. models.Values];

        void Add(ServedModel model) => models.TryAdd(model.Id, model);
    }

    private static ServedModel Served(string name, AdapterEntry adapter)
    {
        string baseFolder = ProductFiles.Resolve(adapter.BaseModel);
        return new ServedModel(name, baseFolder, new ServedAdapter(adapter.Name, adapter.Path, adapter.Template, NameOf(baseFolder)),
            SeesImages: false, adapter.CreatedAt);
    }

    /// <summary>Hub folder of the vision-language model, or null when it is missing.</summary>
    public static string? VisionFolder(ServingOptions options) =>
        ProductFiles.Resolve(options.VisionModel is { Length: > 0 } folder ? folder : StarterVision) is var found && IsModel(found)
        ? found : null;

    /// <exception cref="NotFoundException">Nothing of that name is served; the message lists what is.</exception>
    public async Task<ServedModel> FindAsync(string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<ServedModel> models = await ListAsync(cancellationToken);
        return models.FirstOrDefault(m => m.Id == id)
            ?? throw new NotFoundException(
            $"The model '{id}' does not exist; this server has {string.Join(", ", models.Select(m => m.Id))}");
    }

    /// <summary>The same, with the adapter's files on this machine.</summary>
    /// <exception cref="NotFoundException">Nothing of that name is served; the message lists what is.</exception>
    public async Task<ServedModel> ReadyAsync(string id, CancellationToken cancellationToken)
    {
        ServedModel model = await FindAsync(id, cancellationToken);
        return model.Adapter is not { } adapter || Directory.Exists(adapter.Folder) ? model
            : model with
            {
                Adapter = adapter with
                {
                    Folder = await sender.Send(new FetchAdapter(adapter.Name), cancellationToken)
            ?? adapter.Folder
                }
            };
    }

    private static bool IsModel(string folder) => File.Exists(Path.Combine(folder, "config.json"));

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
}
