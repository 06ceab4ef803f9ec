namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// Items failed for good during a queue entry. All of that is already stored; thrown last, this makes the queue's own pages
/// count the entry as failed and say why.
/// </summary>
/// <param name="message">What failed, and why.</param>
/// <param name="cause">What the stage threw.</param>
public sealed class StageFailedException(string message, Exception cause) : Exception(message, cause);
