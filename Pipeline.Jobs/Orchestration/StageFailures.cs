using System.Collections.Concurrent;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Orchestration;

/// <summary>What fails for good during one queue entry.</summary>
internal sealed class StageFailures
{
    private const int MaxListed = 10;        // out of thousands, the first few explain enough

    private static readonly AsyncLocal<StageFailures?> Here = new();
    private readonly ConcurrentQueue<(Stage Stage, string Message, Exception Cause)> _failures = [];

    /// <summary>Collects what the caller's calls from now on add.</summary>
    public static StageFailures Begin() => Here.Value = new StageFailures();

    /// <summary>Records a failure for the current collector.</summary>
    public static void Add(Stage stage, string message, Exception cause) => Here.Value?._failures.Enqueue((stage, message, cause));

    /// <exception cref="StageFailedException">Something failed.</exception>
    public void ThrowIfAny()
    {
        if (_failures.IsEmpty) return;
        (Stage stage, string message, Exception cause) = _failures.First();
        throw _failures.Count == 1
            ? new StageFailedException($"{stage}: {message}", cause)
            : new StageFailedException(
                $"{stage}: {_failures.Count} items failed: "
                + $"{string.Join("; ", _failures.Take(MaxListed).Select(f => f.Message))}{(_failures.Count > MaxListed ? "; …" : "")}",
                new AggregateException(_failures.Take(MaxListed).Select(f => f.Cause)));
    }
}
