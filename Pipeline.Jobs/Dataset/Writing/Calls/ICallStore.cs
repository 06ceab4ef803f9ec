using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Dataset.Writing.Calls;

/// <summary>Finished calls by content.</summary>
internal interface ICallStore
{
    /// <summary>The call with a key, or null.</summary>
    Task<ModelCall?> FindAsync(string key, CancellationToken ct);

    /// <summary>Stores a call for good before it returns.</summary>
    /// <returns>The stored one: another worker's, where that was faster, so that all use the same bytes.</returns>
    Task<ModelCall> AddAsync(ModelCall call, CancellationToken ct);
}
