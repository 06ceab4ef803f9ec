namespace Pipeline.Models.Batching;

/// <summary>More waits for the model than may wait; the caller should try again later.</summary>
/// <param name="waiting">Prompt tokens that wait.</param>
/// <param name="limit">Those that may.</param>
public sealed class SchedulerFullException(long waiting, long limit)
    : Exception($"prompts of {waiting} tokens are waiting for the model already, {limit} may wait");
