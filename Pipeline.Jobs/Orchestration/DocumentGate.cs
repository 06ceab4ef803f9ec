namespace Pipeline.Jobs.Orchestration;

/// <summary>Lets many documents be worked on in this process, or one suspect alone.</summary>
internal sealed class DocumentGate
{
    private const int Room = 1 << 16;
    private readonly SemaphoreSlim _turnstile = new(1);         // a waiting suspect keeps newcomers out
    private readonly SemaphoreSlim _empty = new(1);
    private readonly Lock _counting = new();
    private int _inside;

    /// <summary>Whether someone is waiting to be alone, or is entering or leaving right now: those inside should leave soon.</summary>
    public bool IsWanted => _turnstile.CurrentCount == 0;

    /// <summary>Enters among others. Dispose to leave.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken ct)
    {
        await _turnstile.WaitAsync(ct);
        try
        {
            bool first;
            lock (_counting)
            {
                if (_inside == Room) throw new InvalidOperationException($"more than {Room} documents at once");
                first = _inside++ == 0;
            }
            if (first) await _empty.WaitAsync(CancellationToken.None);      // held by those inside, not a suspect: the turnstile ensures it
        }
        finally
        {
            _turnstile.Release();
        }
        return new Releaser(() =>
        {
            lock (_counting)
                if (--_inside == 0) _empty.Release();
        });
    }

    /// <summary>Enters when everybody has left, and keeps others out. Dispose to leave.</summary>
    public async Task<IDisposable> EnterAloneAsync(CancellationToken ct)
    {
        await _turnstile.WaitAsync(ct);
        try
        {
            await _empty.WaitAsync(ct);
        }
        catch
        {
            _turnstile.Release();
            throw;
        }
        return new Releaser(() =>
        {
            _empty.Release();
            _turnstile.Release();
        });
    }

    private sealed class Releaser(Action leave) : IDisposable
    {
        private Action? _leave = leave;

        public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
    }
}
