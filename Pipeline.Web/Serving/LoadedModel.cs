using Pipeline.Models.Families;
using Pipeline.Models.Lora;

namespace Pipeline.Web.Serving;

/// <summary>A language model in memory with the adapters used on it so far; at most one is active at a time.</summary>
internal sealed class LoadedModel(string folder, LanguageModel language) : IDisposable
{
    private readonly Dictionary<(string Folder, DateTime Written), LoraAdapter> _adapters = [];

    public string Folder { get; } = folder;

    public LanguageModel Language { get; } = language;

    /// <summary>Attaches that adapter in place of any other; null detaches all.</summary>
    public void Use(string? adapterFolder)
    {
        LoraAdapter.DetachAll(Language.Decoder);
        if (adapterFolder is null)
            return;
        // A folder that was rewritten is a different adapter.
        (string adapterFolder, DateTime) key = (adapterFolder,
            File.GetLastWriteTimeUtc(Path.Combine(adapterFolder, "adapter_model.safetensors")));
        if (!_adapters.TryGetValue(key, out LoraAdapter? adapter))
            _adapters[key] = adapter = AdapterFolder.Load(adapterFolder, Language.Decoder);
        adapter.Attach();
    }

    public void Dispose()
    {
        LoraAdapter.DetachAll(Language.Decoder);
        foreach (LoraAdapter adapter in _adapters.Values)
            adapter.Dispose();
        Language.Dispose();
    }
}
