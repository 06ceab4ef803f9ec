using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>The item was taken over by another worker, or its run was canceled; this worker's result was not stored.</summary>
public sealed class LeaseLostException(Guid itemId, Stage stage, int attempt)
    : Exception($"attempt {attempt} of {stage} item {itemId} no longer owns it; its result was discarded");
