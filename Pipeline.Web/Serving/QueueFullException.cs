namespace Pipeline.Web.Serving;

/// <summary>As many requests wait for the model as may wait; the caller should come back later (503).</summary>
internal sealed class QueueFullException(int limit) : Exception($"{limit} requests are waiting for the model already");
