namespace Pipeline.Data.Entities;

/// <summary>Comparison of base model and adapter on held-out examples.</summary>
public sealed class Evaluation
{
    /// <summary>Identity.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();
    /// <summary>Run that did the work.</summary>
    public Guid RunId { get; init; }
    /// <summary>Training that was measured.</summary>
    public Guid TrainingId { get; init; }
    /// <summary>Hash of training, examples and settings.</summary>
    public required string CacheKey { get; init; }
    /// <summary>Examples measured.</summary>
    public int Examples { get; init; }
    /// <summary>Target tokens measured.</summary>
    public long Tokens { get; init; }
    /// <summary>Mean negative log-likelihood per target token of the base model, in nats.</summary>
    public double BaseLoss { get; init; }
    /// <summary>The same with the adapter.</summary>
    public double AdapterLoss { get; init; }
    /// <summary>Adapter that served the run's name at the time and was measured on the same examples, or null.</summary>
    public Guid? CurrentAdapterId { get; init; }
    /// <summary>Loss with that adapter.</summary>
    public double? CurrentLoss { get; init; }
    /// <summary>exp(<see cref="BaseLoss"/>).</summary>
    public double BasePerplexity => Math.Exp(BaseLoss);
    /// <summary>exp(<see cref="AdapterLoss"/>).</summary>
    public double AdapterPerplexity => Math.Exp(AdapterLoss);
    /// <summary>Answers side by side, as JSON: <c>[{instruction, input, expected, base, adapter}]</c>.</summary>
    public string Generations { get; init; } = "[]";
    /// <summary>
    /// The examination: questions, answers and figures of base, adapter and the adapter in service, as JSON; null without one.
    /// </summary>
    public string? Examination { get; init; }
    /// <summary><c>better</c>, <c>worse</c> or <c>no_difference</c> than the base; null without an examination.</summary>
    public string? Verdict { get; init; }
    /// <summary>The verdict in words, with its bounds.</summary>
    public string? VerdictReason { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
