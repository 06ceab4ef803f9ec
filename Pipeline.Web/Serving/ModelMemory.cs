using Microsoft.Extensions.Options;
using Pipeline.Models.Batching;

namespace Pipeline.Web.Serving;

/// <summary>
/// Models in memory: each is planned before it is loaded, several stay within a budget, the one unused longest makes room, and one
/// unused for the keep-alive time leaves by itself. A model in use never leaves.
/// </summary>
internal sealed class ModelMemory : IDisposable
{
    private const double ShareOfMachine = 0.7;      // by default: the rest is for documents, jobs and the database
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    private readonly ServingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ModelMemory> _log;
    private readonly SemaphoreSlim _loading = new(1, 1);    // one model is loaded at a time; those who wait are served in order
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];             // most recently used last
    private readonly ITimer? _keepAlive;
    private TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;

    public ModelMemory(IOptions<ServingOptions> options, TimeProvider time, ILogger<ModelMemory> log)
    {
        (_options, _time, _log) = (options.Value, time, log);
        BudgetBytes = _options.MemoryMiB > 0
            ? (long)_options.MemoryMiB << 20 : (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * ShareOfMachine);
        if (_options.KeepAliveMinutes > 0)
            _keepAlive = time.CreateTimer(_ => DropUnused(), null, LookInterval, LookInterval);
    }

    /// <summary>Memory that all models may take together.</summary>
    public long BudgetBytes { get; }

    /// <summary>Folders of the models in memory, most recently used last.</summary>
    public IReadOnlyList<string> Folders
    {
        get
        {
            lock (_gate)
                return [.. _entries.Select(e => e.Model.Plan.Folder)];
        }
    }

    /// <summary>The model of a folder, loaded if it is not in memory.</summary>
    /// <param name="folder">Hub folder, absolute.</param>
    /// <param name="load">Loads it; called off the caller's thread.</param>
    /// <param name="isPinned">Stays in memory whatever happens.</param>
    /// <param name="cancellationToken">Stops waiting; a load in progress goes on, and is kept.</param>
    /// <exception cref="Models.InputException">The folder is no model, or it does not fit; the message says what it needs.</exception>
    public async Task<ModelLease<T>> UseAsync<T>(string folder, Func<ModelPlan, T> load, bool isPinned, CancellationToken cancellationToken)
        where T : ResidentModel
    {
        if (TryLease<T>(folder, evenIfLeaving: false) is { } lease)
            return lease;
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (TryLease<T>(folder, evenIfLeaving: true) is { } loaded)
                return loaded;
            ModelPlan plan = ModelPlan.Make(folder, _options.Device, _options.Quantization, BudgetBytes - PinnedBytes());
            await MakeRoomAsync(plan, cancellationToken);
            _log.LoadingModel(folder);
            T model = await Task.Run(() => load(plan), CancellationToken.None);
            lock (_gate)
            {
                if (_closed)
                {
                    model.Dispose();
                    throw new OperationCanceledException("the server stops");
                }
                _entries.Add(new Entry(model, isPinned));
                return TryLease<T>(plan.Folder, evenIfLeaving: true)!;  // within the gate, or the keep-alive could drop it unused
            }
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Drops all models; answers in progress end.</summary>
    public void Dispose()
    {
        _keepAlive?.Dispose();
        Entry[] left;
        lock (_gate)
        {
            _closed = true;
            left = [.. _entries];
            _entries.Clear();
        }
        foreach (Entry entry in left)
            entry.Model.Dispose();
    }

    private long PinnedBytes()
    {
        lock (_gate)
            return _entries.Where(e => e.IsPinned).Sum(e => e.Model.Plan.TotalBytes);
    }

    private ModelLease<T>? TryLease<T>(string folder, bool evenIfLeaving)
        where T : ResidentModel
    {
        lock (_gate)
        {
            if (_closed)
                throw new OperationCanceledException("the server stops");
            if (_entries.Find(e => e.Model is T && e.Model.Plan.Folder == folder) is not { } entry || (entry.IsLeaving && !evenIfLeaving))
                return null;
            _entries.Remove(entry);
            _entries.Add(entry);
            entry.IsLeaving = false;
            entry.Users++;
            return new ModelLease<T>((T)entry.Model, () => Return(entry));
        }
    }

    private void Return(Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
            entry.LastUsed = _time.GetTimestamp();
            if (entry.Users > 0)
                return;
            _returned.TrySetResult();
            _returned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    // Before loading: two large models may not fit even for a moment.
    private async Task MakeRoomAsync(ModelPlan plan, CancellationToken cancellationToken)
    {
        while (true)
        {
            Entry? victim = null;
            Task returned;
            lock (_gate)
            {
                bool fits = _entries.Sum(e => e.Model.Plan.TotalBytes) + plan.TotalBytes <= BudgetBytes
                    && _entries.Count(e => !e.IsPinned) < _options.LoadedModels;
                Entry[] others = [.. _entries.Where(e => !e.IsPinned)];
                if (fits || others.Length == 0)
                    return;
                victim = others.FirstOrDefault(e => e.Users == 0);
                if (victim is null)
                    others[0].IsLeaving = true;     // its later requests wait behind this one, or it would never be free
                else
                    _entries.Remove(victim);
                returned = _returned.Task;
            }
            if (victim is not null)
                Unload(victim);
            else
                await returned.WaitAsync(cancellationToken);
        }
    }

    private void DropUnused()
    {
        List<Entry> unused;
        lock (_gate)
        {
            unused = _entries.FindAll(e => !e.IsPinned && e.Users == 0
                && _time.GetElapsedTime(e.LastUsed) >= TimeSpan.FromMinutes(_options.KeepAliveMinutes));
            _entries.RemoveAll(unused.Contains);
        }
        unused.ForEach(Unload);
    }

    private void Unload(Entry entry)
    {
        _log.UnloadingModel(entry.Model.Plan.Folder);
        entry.Model.Dispose();
    }

    private sealed class Entry(ResidentModel model, bool isPinned)
    {
        public ResidentModel Model { get; } = model;

        public bool IsPinned { get; } = isPinned;

        public int Users { get; set; }

        public bool IsLeaving { get; set; }

        public long LastUsed { get; set; }
    }
}
