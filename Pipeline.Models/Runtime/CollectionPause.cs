using System.Runtime;

namespace Pipeline.Models.Runtime;

/// <summary>
/// Holds off garbage collections while tensors are computed. TorchSharp makes a native scalar for every <c>x + y</c> and drops
/// it before the native call reads it: a collection at that moment frees it during the call, which then fails ("toFloat …
/// Expected false to be true, but got false"). Seen once in about a thousand training steps.
/// </summary>
/// <remarks>There is one pause for the whole process: it begins with the first step and ends with the last concurrent one.</remarks>
public static class CollectionPause
{
    private static readonly Lock Gate = new();
    private static int _running;

    /// <summary>Runs a training step; if memory is needed, collects before it instead of during it.</summary>
    /// <typeparam name="T">Result.</typeparam>
    /// <param name="step">The step. If it allocates more than <paramref name="mostBytes"/> of managed memory, the pause ends early.</param>
    /// <param name="mostBytes">Managed memory that the step may allocate.</param>
    public static T Run<T>(Func<T> step, long mostBytes = 160_000_000)
    {
        ArgumentNullException.ThrowIfNull(step);
        lock (Gate)
        {
            if (_running++ == 0 && GCSettings.LatencyMode != GCLatencyMode.NoGCRegion)
                Try(() => GC.TryStartNoGCRegion(mostBytes));
        }
        try
        {
            return step();
        }
        finally
        {
            lock (Gate)
            {
                if (--_running == 0 && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
                    Try(GC.EndNoGCRegion);
            }
        }
    }

    // A collection that allocations forced may end a pause between the question and the call, and the runtime then says that a pause is
    // in progress, or that none is: the step is computed all the same.
    private static void Try(Action change)
    {
        try
        {
            change();
        }
        catch (InvalidOperationException)
        {
        }
    }
}
