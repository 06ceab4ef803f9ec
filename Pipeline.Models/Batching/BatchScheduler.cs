using System.Runtime.CompilerServices;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Lora;
using Pipeline.Models.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Batching;

/// <summary>
/// Answers any number of requests with one model at the same time: they join and leave between two tokens, long prompts are
/// computed in parts between the tokens of the others, beginnings that prompts share are computed once, and requests for
/// different adapters share the base model's products. An answer is the same whatever else runs: greedy ones token for token,
/// drawn ones by their seed. Thread-safe. While it lives, nothing else may use the model.
/// </summary>
public sealed class BatchScheduler : IDisposable
{
    private readonly BatchModel _model;
    private readonly BatchOptions _options;
    private readonly DeviceTurn _device;
    private readonly AdapterWeights? _attached;
    private readonly ConditionalWeakTable<LoraAdapter, AdapterWeights> _adapters = [];
    private readonly KvBlocks _blocks;
    private readonly IBatchPass _pass;
    private readonly BatchStep _step;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _closing = new();

    private readonly Lock _gate = new();                    // guards what follows
    private readonly BlockLedger _ledger;
    private readonly ClientShares<BatchEntry> _clients = new();
    private readonly List<BatchEntry> _running = [];
    private long _waitingTokens;
    private bool _computing, _closed;
    private BatchCounts _counts = new();

    /// <summary>Reserves memory for keys and values and begins to wait for requests.</summary>
    /// <param name="model">The model, with whatever adapter is attached; not owned.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="device">Shared with others that compute on the device; null for none.</param>
    /// <exception cref="NotSupportedException">The model is not on the CPU in float32 or bfloat16.</exception>
    public BatchScheduler(BatchModel model, BatchOptions? options = null, DeviceTurn? device = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, _options, _device) = (model, options ?? new BatchOptions(), device ?? new DeviceTurn());
        DecoderModel decoder = model.Decoder;
        if (!Serves(model))
            throw new NotSupportedException($"a model in {decoder.DType} on {decoder.Device} is not answered in batches");
        _attached = AdapterWeights.AttachedTo(decoder);
        int count = Math.Max(1, KvBlocks.For(_options.CacheTokens));
        _blocks = new KvBlocks(decoder.Config, decoder.Config.NumHiddenLayers, decoder.DType == ScalarType.Float32 ? 4 : 2, count);
        _ledger = new BlockLedger(count);
        _pass = decoder.DType == ScalarType.Float32
            ? new CpuPass<Float32Element>(decoder, _blocks) : new CpuPass<BFloat16Element>(decoder, _blocks);
        _step = new BatchStep(model, _options, _pass, Remember);
        _thread = new Thread(Work) { IsBackground = true, Name = "batch" };
        _thread.Start();
    }

    /// <summary>What runs and waits now, and what has been computed so far.</summary>
    public BatchCounts Counts
    {
        get
        {
            lock (_gate)
                return _counts with
                {
                    Running = _running.Count,
                    Waiting = _clients.Waiting,
                    WaitingTokens = _waitingTokens,
                    BlocksInUse = _ledger.InUse,
                    Blocks = _ledger.Count,
                };
        }
    }

    /// <summary>Whether there is a scheduler for a model: on the CPU, in float32 or bfloat16.</summary>
    public static bool Serves(BatchModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Decoder.Device.type == DeviceType.CPU && model.Decoder.DType is ScalarType.Float32 or ScalarType.BFloat16;
    }

    /// <summary>Answers a request.</summary>
    /// <param name="request">The prompt and how to continue it.</param>
    /// <param name="cancellationToken">Ends the answer, waiting or running; its memory is free within one step.</param>
    /// <exception cref="InputException">The prompt or an option cannot be used.</exception>
    /// <exception cref="SchedulerFullException">Too much waits already.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the scheduler was disposed.</exception>
    public Task<GenerationResult> GenerateAsync(BatchRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        AdapterWeights? adapter = request.Adapter is null ? _attached : _adapters.GetValue(request.Adapter, a => new AdapterWeights(a));
        BatchEntry entry = new(request, _model, adapter, (long)_blocks.Count * KvBlocks.Tokens, cancellationToken);
        GenerationEvents.Started([request.Prompt]);
        List<BatchEntry> started;
        lock (_gate)
        {
            if (_closed)
                throw new OperationCanceledException("the model is being unloaded");
            if (!request.WaitsInQueue && _clients.Waiting > 0 && _waitingTokens + request.Prompt.Count > _options.WaitingTokens)
                throw new SchedulerFullException(_waitingTokens, _options.WaitingTokens);
            _clients.Add(request.Client, entry);
            _waitingTokens += request.Prompt.Count;
            started = Admit();
        }
        Start(started);
        entry.Watch = cancellationToken.Register(() => GiveUp(entry));
        _work.Release();
        return entry.Ended.Task;
    }

    /// <summary>Ends all requests and frees the memory. Waits for the step in progress.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
        }
        _closing.Cancel();
        _work.Release();
        _thread.Join();
        _pass.Dispose();
        _blocks.Dispose();
        _work.Dispose();
        _closing.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            _work.Wait();
            while (HasWork() && TakeTurn() is { } turn)
            {
                using (turn)
                    Step();
            }
            lock (_gate)
            {
                if (!_closed)
                    continue;
            }
            EndAll();
            return;
        }
    }

    // Null when the scheduler is closed meanwhile.
    private IDisposable? TakeTurn()
    {
        try
        {
            return _device.TakeAsync(_closing.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private bool HasWork()
    {
        lock (_gate)
            return _running.Count > 0 && !_closed;
    }

    private void Step()
    {
        BatchEntry[] running;
        lock (_gate)
        {
            running = [.. _running];
            _computing = true;
        }
        try
        {
            _step.Run(running);
        }
        catch (Exception e)     // the requests that were computed together fail together; later ones begin anew
        {
            foreach (BatchEntry entry in running)
                entry.Failure ??= e;
        }
        List<BatchEntry> ended, started;
        lock (_gate)
        {
            _computing = false;
            foreach (BatchEntry entry in running)
            {
                _clients.Charge(entry.Request.Client, entry.Cost);
                entry.Cost = 0;
            }
            _counts = _counts with { Steps = _counts.Steps + 1 };
            ended = [.. running.Where(e => e.Result is not null || e.Failure is not null || e.Cancellation.IsCancellationRequested)];
            foreach (BatchEntry entry in ended)
                Leave(entry);
            started = Admit();
        }
        foreach (BatchEntry entry in ended)
            End(entry);
        Start(started);
    }

    // Takes requests from the queue while there is room, within the gate. The next one is never skipped, or large ones would starve.
    private List<BatchEntry> Admit()
    {
        List<BatchEntry> started = [];
        while (_running.Count < _options.MostRunning && _clients.TryPeek(out string client, out BatchEntry entry)
            && _ledger.TryTake(entry.Shareable, entry.BlocksNeeded, out int shared) is { } blocks)
        {
            _clients.Take(client);
            _waitingTokens -= entry.Request.Prompt.Count;
            entry.Sequence.Blocks = blocks;
            entry.Sequence.Computed = shared * KvBlocks.Tokens;
            _running.Add(entry);
            started.Add(entry);
            _counts = _counts with
            {
                PromptTokens = _counts.PromptTokens + entry.Request.Prompt.Count,
                ReusedTokens = _counts.ReusedTokens + entry.Sequence.Computed,
            };
        }
        return started;
    }

    private static void Start(List<BatchEntry> entries)
    {
        foreach (BatchEntry entry in entries)
            entry.Request.OnStarted?.Invoke();
    }

    private void GiveUp(BatchEntry entry)
    {
        lock (_gate)
        {
            if (_running.Contains(entry))
            {
                if (_computing)
                    return;             // the step in progress sees it at its end
                Leave(entry);
            }
            else if (_clients.Entries.Contains(entry))
            {
                _clients.Remove(entry.Request.Client, entry);
                _clients.Leave(entry.Request.Client);
                _waitingTokens -= entry.Request.Prompt.Count;
            }
            else
            {
                return;
            }
        }
        End(entry);
    }

    private void Leave(BatchEntry entry)
    {
        _running.Remove(entry);
        _ledger.Release(entry.Sequence.Blocks);
        _clients.Leave(entry.Request.Client);
    }

    private void Remember(BatchEntry entry, int block)
    {
        lock (_gate)
        {
            if (block < entry.Prefix.Count)
                _ledger.Remember(entry.Sequence.Blocks[block], entry.Prefix[block]);
        }
    }

    private void EndAll()
    {
        BatchEntry[] left;
        lock (_gate)
        {
            left = [.. _running, .. _clients.Entries];
            _running.Clear();
        }
        foreach (BatchEntry entry in left)
            entry.Ended.TrySetException(new OperationCanceledException("the model is being unloaded"));
    }

    private static void End(BatchEntry entry)
    {
        entry.Watch.Unregister();
        if (entry.Failure is { } failure)
            entry.Ended.TrySetException(failure);
        else if (entry.Result is { } result)
            entry.Ended.TrySetResult(result);
        else
            entry.Ended.TrySetCanceled(entry.Cancellation);
    }
}
