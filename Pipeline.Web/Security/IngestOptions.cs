namespace Pipeline.Web.Security;

/// <summary>Which folders callers may name. Section <c>Ingest</c>.</summary>
internal sealed record IngestOptions
{
    /// <summary>
    /// Folders that runs and schedules may read, with everything below. <c>samples</c> and the data folder's <c>inbox</c> are always
    /// allowed.
    /// </summary>
    public string[] Roots { get; init; } = [];
}
