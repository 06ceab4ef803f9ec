namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// Items failed for good in the course of a queue entry. Everything about that is stored already; thrown last, it makes the queue's own
/// pages count the entry as failed and say why.
/// </summary>
/// <param name="message">What failed, and why.</param>
/// <param name="cause">What the stage threw.</param>
public sealed class StageFailedException(string message, Exception cause) : Exception(message, cause);
