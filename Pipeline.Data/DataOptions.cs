using Pipeline.Data.Artifacts;

namespace Pipeline.Data;

/// <summary>
/// Where state lives, as the host reads it from its data folder, <c>ConnectionStrings:Pipeline</c> and section <c>Artifacts</c>.
/// </summary>
public sealed record DataOptions
{
    /// <summary>
    /// Folder of artifacts (or local copies), work files, adapters and, without a connection string, the private Postgres cluster.
    /// </summary>
    public string Folder { get; init; } = "data";

    /// <summary>A Postgres server to use instead of a private cluster, or null.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Where artifacts are. Section <c>Artifacts</c>.</summary>
    public ArtifactOptions Artifacts { get; init; } = new();
}
