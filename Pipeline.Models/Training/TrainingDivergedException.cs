namespace Pipeline.Models.Training;

/// <summary>The loss or gradient is no longer finite. What was saved before is intact; the message says where it happened.</summary>
public sealed class TrainingDivergedException(string message) : Exception(message);
