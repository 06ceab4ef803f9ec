using System.Collections.Concurrent;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Dataset.Writing.Calls;

/// <summary>Finished calls of this process, for commands without a database.</summary>
internal sealed class MemoryCallStore : ICallStore
{
    private readonly ConcurrentDictionary<string, ModelCall> _calls = new(StringComparer.Ordinal);

    public Task<ModelCall?> FindAsync(string key, CancellationToken ct) => Task.FromResult(_calls.GetValueOrDefault(key));

    public Task<ModelCall> AddAsync(ModelCall call, CancellationToken ct) => Task.FromResult(_calls.GetOrAdd(call.Key, call));
}
