namespace Pipeline.Models.Evaluation.Examination;

/// <summary>What came of the examination of one side.</summary>
public sealed record SideResult
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it has an adapter.</summary>
    public required bool HasAdapter { get; init; }

    /// <summary>Chat template it was asked with.</summary>
    public required string Template { get; init; }

    /// <summary>Ids of questions it was trained on.</summary>
    public IReadOnlyList<string> Trained { get; init; } = [];

    /// <summary>Closed-book replies, one to each item of the examination.</summary>
    public required IReadOnlyList<ExamReply> Closed { get; init; }

    /// <summary>Open-book replies by id of the item; empty where the open book was left out.</summary>
    public IReadOnlyDictionary<string, ExamReply> Open { get; init; } = new Dictionary<string, ExamReply>();

    /// <summary>Closed-book replies to the control.</summary>
    public IReadOnlyList<ExamReply> Control { get; init; } = [];

    /// <summary>What it still knows of the world; null where that was not asked.</summary>
    public RetentionResult? Retention { get; init; }

    /// <summary>Mean loss per target token over held-out wordings, in nats; null without any.</summary>
    public double? Loss { get; init; }

    /// <summary>Target tokens of that loss.</summary>
    public long LossTokens { get; init; }

    /// <summary>The same with a loss over held-out wordings that was measured elsewhere.</summary>
    /// <param name="loss">Mean loss per target token, in nats.</param>
    /// <param name="tokens">Target tokens.</param>
    public SideResult WithLoss(double? loss, long tokens) => this with { Loss = loss, LossTokens = loss is null ? 0 : tokens };

    /// <summary>Time taken.</summary>
    public double Seconds { get; init; }
}
