namespace Pipeline.Models.Evaluation.Metrics;

/// <summary>What a right reply says.</summary>
/// <param name="Expected">The right answer.</param>
/// <param name="Language">ISO 639-1 of question and answer.</param>
public sealed record AnswerKey(string Expected, string Language)
{
    /// <summary>The question: what it already says is no knowledge.</summary>
    public string Question { get; init; } = "";

    /// <summary>Other answers that are as right.</summary>
    public IReadOnlyList<string> Alternatives { get; init; } = [];

    /// <summary>Answers that must all be given, in any order: the items of a list. Empty for one answer.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];
}
