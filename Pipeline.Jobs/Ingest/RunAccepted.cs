namespace Pipeline.Jobs.Ingest;

/// <summary>A run was stored and will be worked on.</summary>
/// <param name="RunId">The run.</param>
public sealed record RunAccepted(Guid RunId);
