namespace Pipeline.Web.Serving;

/// <summary>The queue for the model is full; the caller should try again later (503).</summary>
internal sealed class QueueFullException(int limit) : Exception($"{limit} requests are waiting for the model already");
