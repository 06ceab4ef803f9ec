namespace Pipeline.Jobs;

/// <summary>
/// A model of a process that is not a server: loaded on first use, used by one at a time, and dropped soon after the last use, so that its
/// memory is free for training.
/// </summary>
/// <param name="idleAfter">How long it is kept unused.</param>
internal sealed class IdleModel<T>(TimeSpan idleAfter) : IDisposable
    where T : class, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private Timer? _idle;
    private string? _folder;
    private T? _model;

    /// <summary>Uses the model of a folder alone; that of another folder is dropped before.</summary>
    /// <param name="folder">Absolute folder.</param>
    /// <param name="load">Loads it.</param>
    /// <param name="use">The work.</param>
    /// <param name="ct">Stops the wait; the work sees to itself.</param>
    public async Task<TResult> UseAsync<TResult>(string folder, Func<T> load, Func<T, Task<TResult>> use, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            _idle ??= new Timer(_ => DropIdle());
            _idle.Change(Timeout.Infinite, Timeout.Infinite);
            if (_folder != folder) Drop();
            _model ??= await Task.Run(load, ct);
            _folder = folder;
            return await use(_model);
        }
        finally
        {
            _idle?.Change(idleAfter, Timeout.InfiniteTimeSpan);
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _idle?.Dispose();
        Drop();
        _turn.Dispose();
    }

    private void DropIdle()
    {
        if (!_turn.Wait(0)) return;             // in use; the timer is set again afterwards
        try
        {
            Drop();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Drop()
    {
        _model?.Dispose();
        _model = null;
    }
}
