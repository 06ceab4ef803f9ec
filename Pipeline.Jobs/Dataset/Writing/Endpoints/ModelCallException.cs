namespace Pipeline.Jobs.Dataset.Writing.Endpoints;

/// <summary>One call failed for good while the endpoint itself can be used: this part of a chunk gives no rows, and is counted.</summary>
internal sealed class ModelCallException(string message, Exception? inner = null) : Exception(message, inner);
