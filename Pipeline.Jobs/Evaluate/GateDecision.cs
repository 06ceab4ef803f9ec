namespace Pipeline.Jobs.Evaluate;

/// <summary>Whether an adapter may take a served name, and why.</summary>
/// <param name="Knowledge">Its gain over the base, and over the adapter in service where there is one.</param>
/// <param name="Retention">What it kept of the base's knowledge of the world.</param>
public sealed record GateDecision(IReadOnlyList<GateCheck> Knowledge, GateCheck Retention)
{
    /// <summary>Whether it may.</summary>
    public bool Promote => Retention.Passed && Knowledge.All(check => check.Passed);

    /// <summary>All reasons, those of the gain first.</summary>
    /// <param name="language"><c>en</c> or <c>es</c>.</param>
    public IReadOnlyList<string> Reasons(string language = "en") =>
        [.. Knowledge.Select(check => check.InWords(language)), Retention.InWords(language)];
}
