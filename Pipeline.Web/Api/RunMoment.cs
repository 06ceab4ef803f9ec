namespace Pipeline.Web.Api;

/// <summary>What there is to tell of a run at one moment.</summary>
/// <param name="IsFinished">Whether the run has ended.</param>
/// <param name="Parts">What to tell.</param>
internal sealed record RunMoment(bool IsFinished, IReadOnlyList<RunMoment.Part> Parts)
{
    /// <summary>One thing to tell.</summary>
    /// <param name="Key">What it is: told again only when its text has changed.</param>
    /// <param name="Event">Name of the event.</param>
    /// <param name="Text">Data of the event.</param>
    internal readonly record struct Part(string Key, string Event, string Text);
}
