using System.Diagnostics;

namespace Pipeline.Data.Claims;

/// <summary>Progress of the work on one claim, and when it should end: from its pace since the first report of this claim.</summary>
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
            if (done < _now.Done) return;           // parallel work reports in any order
            if (_first < 0) (_first, _firstAt) = (done, at);
            // What an earlier attempt did says nothing about the pace of this one.
            TimeSpan? left = done > _first ? Stopwatch.GetElapsedTime(_firstAt, at) / (done - _first) * Math.Max(0, total - done) : null;
            _now = (done, total, left);
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>Units done, units in total, and the estimated time left.</summary>
    public (int? Done, int? Total, TimeSpan? Left) Now
    {
        get
        {
            lock (_gate) return _first < 0 ? (null, null, null) : (_now.Done, _now.Total, _now.Left);
        }
    }
}
