namespace Pipeline.Jobs.Dataset.Writing.Calls;

/// <summary>
/// Tokens that rows may rest on. Replies from the cache count like paid ones, so that a run that is done again stops at the same call.
/// Where parts run side by side, give each its share: then the order of the work decides nothing. Safe for concurrent use.
/// </summary>
/// <param name="limit">Most tokens of prompts and replies; null for no limit.</param>
/// <param name="used">Tokens used before, for instance by finished chunks of the run.</param>
internal sealed class TokenBudget(long? limit, long used = 0)
{
    private readonly Lock _gate = new();
    private long _used = used;

    /// <summary>No limit.</summary>
    public static TokenBudget Unlimited => new(null);

    /// <summary>Whether there is a limit.</summary>
    public bool IsLimited => limit is not null;

    /// <summary>Tokens used so far, with those of calls under way as estimated.</summary>
    public long Used
    {
        get
        {
            lock (_gate) return _used;
        }
    }

    /// <summary>Sets tokens aside for a call.</summary>
    /// <param name="tokens">What it will need at least.</param>
    /// <returns>False where they are not left; nothing is set aside then.</returns>
    public bool TryReserve(long tokens)
    {
        lock (_gate)
        {
            if (limit is { } most && _used + tokens > most) return false;
            _used += tokens;
            return true;
        }
    }

    /// <summary>Replaces what was set aside by what was needed: by 0 where the call failed.</summary>
    public void Settle(long reserved, long needed)
    {
        lock (_gate) _used += needed - reserved;
    }
}
