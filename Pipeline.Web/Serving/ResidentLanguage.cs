using Pipeline.Models.Batching;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;

namespace Pipeline.Web.Serving;

/// <summary>A language model in memory with the adapters used on it lately.</summary>
internal sealed class ResidentLanguage : ResidentModel
{
    private readonly Lock _gate = new();
    private readonly List<KnownAdapter> _adapters = [];     // most recently used last
    private readonly long _mostAdapterBytes;

    public ResidentLanguage(ModelPlan plan, string device, GenerationQueue queue) : base(plan)
    {
        Language = LanguageModel.Load(plan.Folder, plan.LoadOptions(device));
        _mostAdapterBytes = Math.Max(1, plan.WeightBytes / 4);
        Scheduler = Schedule(BatchModel.Of(Language), plan, queue);
    }

    public LanguageModel Language { get; }

    /// <summary>
    /// An adapter, loaded if it is not in memory; unused ones that were not used for longest are dropped when all together take more
    /// than a quarter of the model. Dispose the result when the answer has ended.
    /// </summary>
    /// <exception cref="Models.InputException">No adapter, or it does not fit the model.</exception>
    public AdapterLease Use(string folder)
    {
        // A folder that was rewritten is a different adapter.
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(folder, "adapter_model.safetensors"));
        lock (_gate)
        {
            KnownAdapter known = _adapters.Find(a => a.Folder == folder && a.Written == written)
                ?? new KnownAdapter(folder, written, AdapterFolder.Load(folder, Language.Decoder));
            _adapters.Remove(known);
            _adapters.Add(known);
            known.Users++;
            DropUnused();
            return new AdapterLease(known.Adapter, () => Return(known));
        }
    }

    public override void Dispose()
    {
        Scheduler?.Dispose();
        foreach (KnownAdapter known in _adapters)
            known.Adapter.Dispose();
        Language.Dispose();
    }

    private void Return(KnownAdapter known)
    {
        lock (_gate)
        {
            known.Users--;
            DropUnused();
        }
    }

    private void DropUnused()
    {
        while (_adapters.Sum(a => a.Bytes) > _mostAdapterBytes && _adapters.Find(a => a.Users == 0) is { } oldest)
        {
            _adapters.Remove(oldest);
            oldest.Adapter.Dispose();
        }
    }

    private sealed class KnownAdapter(string folder, DateTime written, LoraAdapter adapter)
    {
        public string Folder { get; } = folder;

        public DateTime Written { get; } = written;

        public LoraAdapter Adapter { get; } = adapter;

        public long Bytes { get; } = adapter.NamedTensors().Sum(t => t.Value.NumberOfElements * t.Value.ElementSize);

        public int Users { get; set; }
    }

    /// <summary>An adapter that stays in memory until this is disposed.</summary>
    internal sealed class AdapterLease(LoraAdapter adapter, Action onReturned) : IDisposable
    {
        private Action? _onReturned = onReturned;

        public LoraAdapter Adapter { get; } = adapter;

        public void Dispose() => Interlocked.Exchange(ref _onReturned, null)?.Invoke();
    }
}
