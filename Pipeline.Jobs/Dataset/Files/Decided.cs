namespace Pipeline.Jobs.Dataset.Files;

/// <summary>Authors of decisions about rows.</summary>
internal static class Decided
{
    /// <summary>No person: checks and filters.</summary>
    public const string Pipeline = "pipeline";
}
