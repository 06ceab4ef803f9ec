namespace Pipeline.Models.Training.Checkpoints;

/// <summary>Checkpoints can no longer be written. The last good one is intact; the message names it and says what to do.</summary>
public sealed class CheckpointException(string message, Exception inner) : IOException(message, inner);
