namespace Pipeline.Models.Training.Loop;

/// <summary>Tokens per second over the last steps, so that a single long example does not make it jump.</summary>
internal sealed class Throughput
{
    private const int Window = 20; // steps
    private readonly Queue<(long Tokens, double Seconds)> _steps = new();

    /// <summary>Adds a step.</summary>
    /// <returns>Tokens per second of the steps in the window.</returns>
    public double Add(long tokens, double seconds)
    {
        _steps.Enqueue((tokens, seconds));
        if (_steps.Count > Window)
            _steps.Dequeue();
        double total = _steps.Sum(step => step.Seconds);
        return total > 0 ? _steps.Sum(step => step.Tokens) / total : 0;
    }
}
