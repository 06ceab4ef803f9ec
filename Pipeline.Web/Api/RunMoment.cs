namespace Pipeline.Web.Api;

/// <summary>What can be reported about a run at one moment.</summary>
/// <param name="IsFinished">Whether the run has ended.</param>
/// <param name="Parts">What to report.</param>
internal sealed record RunMoment(bool IsFinished, IReadOnlyList<RunMoment.Part> Parts)
{
    /// <summary>One part of the report.</summary>
    /// <param name="Key">Identifies it: sent again only when its text has changed.</param>
    /// <param name="Event">Name of the event.</param>
    /// <param name="Text">Data of the event.</param>
    internal readonly record struct Part(string Key, string Event, string Text);
}
