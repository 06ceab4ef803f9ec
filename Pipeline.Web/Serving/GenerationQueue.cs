using Microsoft.Extensions.Options;
using Pipeline.Models.Batching;

namespace Pipeline.Web.Serving;

/// <summary>
/// How many requests wait for models, and whose turn it is to compute: the schedulers of loaded models take turns step by step, work
/// that needs the device alone takes one as a whole. Beyond the limit, requests are refused at once.
/// </summary>
internal sealed class GenerationQueue(IOptions<ServingOptions> options)
{
    private readonly Lock _gate = new();
    private readonly int _limit = options.Value.QueueLimit;
    private int _inside, _started;

    /// <summary>The device that all models of this server compute on.</summary>
    public DeviceTurn Device { get; } = new();

    /// <summary>Requests that are running or waiting.</summary>
    public int Length
    {
        get
        {
            lock (_gate)
                return _inside;
        }
    }

    /// <summary>A place among those who wait; to be disposed when the answer has ended.</summary>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    public QueuePlace Enter()
    {
        lock (_gate)
        {
            // Where nothing runs, the first one does not wait.
            if (_inside - _started >= Math.Max(_limit, _started == 0 ? 1 : 0))
                throw new QueueFullException(_limit);
            _inside++;
            return new QueuePlace(this);
        }
    }

    /// <summary>Runs <paramref name="work"/> alone on the device, off the request's thread, when its turn comes.</summary>
    /// <param name="work">Runs alone.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <param name="waitInQueue">Waits however long the queue is, and takes no place in it; for jobs, which no user waits for.</param>
    /// <exception cref="QueueFullException">The queue is full.</exception>
    /// <exception cref="OperationCanceledException">The caller went away, waiting or running.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken, bool waitInQueue = false)
    {
        using QueuePlace? place = waitInQueue ? null : Enter();
        using IDisposable turn = await Device.TakeAsync(cancellationToken);
        place?.Start();
        return await Task.Run(() => work(cancellationToken), cancellationToken);
    }

    /// <summary>A place in the queue.</summary>
    internal sealed class QueuePlace(GenerationQueue queue) : IDisposable
    {
        private bool _hasStarted, _hasLeft;

        /// <summary>The request does not wait any more.</summary>
        public void Start()
        {
            lock (queue._gate)
            {
                if (_hasStarted || _hasLeft)
                    return;
                _hasStarted = true;
                queue._started++;
            }
        }

        public void Dispose()
        {
            lock (queue._gate)
            {
                if (_hasLeft)
                    return;
                _hasLeft = true;
                queue._inside--;
                if (_hasStarted)
                    queue._started--;
            }
        }
    }
}
