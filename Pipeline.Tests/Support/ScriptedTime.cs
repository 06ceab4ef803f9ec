namespace Pipeline.Tests;

/// <summary>
/// A clock for retries: pauses are over at once and noted; timers of one given length, such as a timeout, wait until the test lets them
/// go off.
/// </summary>
internal sealed class ScriptedTime(TimeSpan waits) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Waiting> _waiting = [];
    private readonly List<TimeSpan> _pauses = [];
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Pauses so far.</summary>
    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (_gate) return [.. _pauses];
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    /// <summary>Lets all waiting timers go off.</summary>
    public void GoOff()
    {
        Waiting[] due;
        lock (_gate)
        {
            due = [.. _waiting];
            _waiting.Clear();
            _now += waits;
        }
        foreach (Waiting timer in due) timer.Run();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waiting timer = new(this, callback, state);
        if (dueTime == Timeout.InfiniteTimeSpan) return timer;
        lock (_gate)
        {
            if (dueTime == waits)
            {
                _waiting.Add(timer);
                return timer;
            }
            _pauses.Add(dueTime);
            _now += dueTime;
        }
        ThreadPool.QueueUserWorkItem(_ => timer.Run());
        return timer;
    }

    private sealed class Waiting(ScriptedTime time, TimerCallback callback, object? state) : ITimer
    {
        public void Run() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            lock (time._gate) time._waiting.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
