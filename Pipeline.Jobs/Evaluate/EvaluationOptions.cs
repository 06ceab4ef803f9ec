using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs.Evaluate;

/// <summary>How base model and adapter are compared. Section <c>evaluation</c> of a run.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Held-out examples to answer with both models, side by side.</summary>
    [Range(0, 1000)] public int Generations { get; init; } = 4;

    /// <summary>Longest answer, in tokens.</summary>
    [Range(1, 4096)] public int MaxNewTokens { get; init; } = 64;
}
