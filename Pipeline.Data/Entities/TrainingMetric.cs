namespace Pipeline.Data.Entities;

/// <summary>One point of a training curve.</summary>
public sealed class TrainingMetric
{
    /// <summary>The run.</summary>
    public Guid RunId { get; init; }
    /// <summary>Optimizer step, from 1.</summary>
    public int Step { get; init; }
    /// <summary><c>loss</c>, <c>eval_loss</c>, <c>learning_rate</c>, <c>grad_norm</c>, <c>tokens_per_second</c>.</summary>
    public required string Name { get; init; }
    /// <summary>The value.</summary>
    public double Value { get; init; }
    /// <summary>Passes over the data so far.</summary>
    public double Epoch { get; init; }
    /// <summary>When it was measured.</summary>
    public DateTimeOffset At { get; init; }
}
