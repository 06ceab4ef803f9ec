using Mediator;
using Microsoft.Extensions.Options;
using Pipeline.Jobs.Runs;
using Pipeline.Web.Api;
using Pipeline.Web.Hosting;

namespace Pipeline.Web.Serving;

/// <summary>What can be asked by name: configured models, adapters as runs publish them, and the models those stand on.</summary>
internal sealed class ModelCatalog(IOptions<ServingOptions> options, ISender sender)
{
    private const string StarterLanguage = "starter/phi4-starter", StarterVision = "starter/qwen2vl-starter";

    /// <summary>Everything that is there now, language models first.</summary>
    public async Task<IReadOnlyList<ServedModel>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<AdapterEntry> adapters = await sender.Send(new ListAdapters(), cancellationToken);
        string[] configured = options.Value.LanguageModels is { Length: > 0 } folders ? folders : [StarterLanguage];
        var models = new Dictionary<string, ServedModel>(StringComparer.Ordinal);
        foreach (string folder in configured.Concat(adapters.Select(a => a.BaseModel)).Select(ProductFiles.Resolve).Distinct().Where(IsModel))
            Add(new ServedModel(NameOf(folder), folder, null, SeesImages: false, Directory.GetLastWriteTimeUtc(folder)));
        foreach (AdapterEntry adapter in adapters.Where(a => Directory.Exists(a.Path)))
        {
            string baseFolder = ProductFiles.Resolve(adapter.BaseModel);
            Add(new ServedModel(adapter.Name, baseFolder, new ServedAdapter(adapter.Path, adapter.Template, NameOf(baseFolder)), SeesImages: false, adapter.CreatedAt));
        }
        if (VisionFolder(options.Value) is { } vision)
            Add(new ServedModel(NameOf(vision), vision, null, SeesImages: true, Directory.GetLastWriteTimeUtc(vision)));
        return [.. models.Values];

        void Add(ServedModel model) => models.TryAdd(model.Id, model);
    }

    /// <summary>Hub folder of the vision-language model, or null when it is not there.</summary>
    public static string? VisionFolder(ServingOptions options) =>
        ProductFiles.Resolve(options.VisionModel is { Length: > 0 } folder ? folder : StarterVision) is var found && IsModel(found) ? found : null;

    /// <exception cref="NotFoundException">Nothing of that name is served; the message lists what is.</exception>
    public async Task<ServedModel> FindAsync(string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<ServedModel> models = await ListAsync(cancellationToken);
        return models.FirstOrDefault(m => m.Id == id)
            ?? throw new NotFoundException($"The model '{id}' does not exist; this server has {string.Join(", ", models.Select(m => m.Id))}");
    }

    private static bool IsModel(string folder) => File.Exists(Path.Combine(folder, "config.json"));

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
}
