namespace Pipeline.Models.Training;

/// <summary>The device has less memory than training needs. What was saved before is intact; the message says what to lower.</summary>
public sealed class MemoryExhaustedException(string message, Exception? inner = null) : InputException(message, inner);
