using System.Diagnostics;

namespace Pipeline.Data.Claims;

/// <summary>How far the work on one claim is, and when it should end: from its pace since the first report of this claim.</summary>
internal sealed class WorkProgress
{
    private readonly Lock _gate = new();
    private long _firstAt;
    private int _first = -1;
    private (int Done, int Total, TimeSpan? Left) _now;
    private long _version;

    /// <summary>Grows with each report; 0 before the first.</summary>
    public long Version => Interlocked.Read(ref _version);

    public void Report(int done, int total, long at)
    {
        lock (_gate)
        {
            if (done < _now.Done) return;           // work on several things at once tells of them in any order
            if (_first < 0) (_first, _firstAt) = (done, at);
            // What was done before, by an earlier attempt, says nothing about the pace of this one.
            TimeSpan? left = done > _first ? Stopwatch.GetElapsedTime(_firstAt, at) / (done - _first) * Math.Max(0, total - done) : null;
            _now = (done, total, left);
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>Units done, units in all, and the time that the rest should take.</summary>
    public (int? Done, int? Total, TimeSpan? Left) Now
    {
        get
        {
            lock (_gate) return _first < 0 ? (null, null, null) : (_now.Done, _now.Total, _now.Left);
        }
    }
}
