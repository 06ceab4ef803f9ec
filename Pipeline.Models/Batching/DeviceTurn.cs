namespace Pipeline.Models.Batching;

/// <summary>
/// Who computes on a device: libtorch and the kernels here use all of it for one job, and two would only slow each other. Turns are
/// served in order; schedulers take one for each step, so that several models advance side by side.
/// </summary>
public sealed class DeviceTurn
{
    // Asynchronous waiters are served first in, first out. Never disposed: a turn may outlast its host, and nothing native is held.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Waits for the device; dispose the result to give it back.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Held(_turn);
    }

    private sealed class Held(SemaphoreSlim turn) : IDisposable
    {
        private SemaphoreSlim? _turn = turn;

        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }
}
