using Pipeline.Models.Datasets;

namespace Pipeline.Models.Evaluation;

/// <summary>A reply to a general question.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Reply">What the model said.</param>
/// <param name="IsRight">Whether one of the accepted answers stands in it.</param>
public sealed record GeneralReply(GeneralQuestion Question, string Reply, bool IsRight);
