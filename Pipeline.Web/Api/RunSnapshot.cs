namespace Pipeline.Web.Api;

/// <summary>What can be reported about a run at one snapshot.</summary>
/// <param name="IsFinished">Whether the run has ended.</param>
/// <param name="Parts">What to report.</param>
internal sealed record RunSnapshot(bool IsFinished, IReadOnlyList<RunSnapshot.Part> Parts)
{
    /// <summary>One part of the report.</summary>
    /// <param name="Key">Identifies it: sent again only when its text has changed.</param>
    /// <param name="Event">Name of the event.</param>
    /// <param name="Text">Data of the event.</param>
    internal readonly record struct Part(string Key, string Event, string Text);
}
