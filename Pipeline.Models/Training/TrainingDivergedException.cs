namespace Pipeline.Models.Training;

/// <summary>The loss or the gradient stopped being a number. What was saved before is intact; the message says where it happened.</summary>
public sealed class TrainingDivergedException(string message) : Exception(message);
