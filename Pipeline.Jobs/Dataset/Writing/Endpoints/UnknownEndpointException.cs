using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Writing.Endpoints;

/// <summary>A run names an endpoint that the operator did not define.</summary>
internal sealed class UnknownEndpointException(string message) : InputException(message);
