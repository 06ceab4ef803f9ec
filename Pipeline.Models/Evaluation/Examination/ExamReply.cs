using System.Text.Json.Serialization;
using Pipeline.Models.Evaluation.Metrics;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>What came of one question to one side.</summary>
/// <param name="Text">The reply; empty where there is none.</param>
public sealed record ExamReply(string Text)
{
    /// <summary>Why there is no reply: the call of the model failed. Null otherwise.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether it was cut at the limit of tokens.</summary>
    public bool IsCut { get; init; }

    /// <summary>Whether it declines to answer.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>How it compares with the right answer; null for a failure, and for a question that cannot be answered.</summary>
    public AnswerScore? Score { get; init; }

    /// <summary>Whether it says what is right: for a question that cannot be answered, whether it refuses.</summary>
    [JsonIgnore] public bool IsRight => Score?.IsRight ?? (Failure is null && IsRefusal);
}
