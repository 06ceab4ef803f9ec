using Microsoft.Extensions.Options;

namespace Pipeline.Web.Serving;

/// <summary>
/// One Torch job at a time: libtorch uses every core for one job, two would only slow each other. A bounded number
/// waits in order of arrival; further requests are refused at once.
/// </summary>
internal sealed class GenerationQueue(IOptions<ServingOptions> options)
{
    // Asynchronous waiters are served first in, first out. Never disposed: a turn may outlast its host, and nothing native is held.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly int _limit = options.Value.QueueLimit;
    private int _inside;

    /// <summary>Requests that are running or waiting.</summary>
    public int Length => Volatile.Read(ref _inside);

    /// <summary>Runs <paramref name="work"/> off the request's thread when its turn comes.</summary>
    /// <param name="work">Runs alone.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <param name="waitInQueue">Waits however long the queue is, and takes no place in it; for jobs, which no user waits for.</param>
    /// <exception cref="QueueFullException">The queue is full.</exception>
    /// <exception cref="OperationCanceledException">The caller went away, waiting or running.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken, bool waitInQueue = false)
    {
        if (waitInQueue)
            return await TakeTurnAsync(work, cancellationToken);
        if (Interlocked.Increment(ref _inside) > _limit + 1)
        {
            Interlocked.Decrement(ref _inside);
            throw new QueueFullException(_limit);
        }
        try
        {
            return await TakeTurnAsync(work, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    private async Task<T> TakeTurnAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => work(cancellationToken), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
