using Pipeline.Models.Training.Loop;

namespace Pipeline.Models.Evaluation;

/// <summary>What a model knows of the world.</summary>
/// <param name="Replies">To every question, in the set's order.</param>
/// <param name="Prose">Loss per token of the prose, by language.</param>
public sealed record GeneralResult(IReadOnlyList<GeneralReply> Replies, IReadOnlyDictionary<string, LossResult> Prose)
{
    /// <summary>Mean loss per token over the prose of all languages, in nats.</summary>
    public double Loss => Prose.Values.Sum(loss => loss.Loss * loss.TargetTokens) / Prose.Values.Sum(loss => loss.TargetTokens);

    /// <summary>Questions answered right.</summary>
    public int Right => Replies.Count(reply => reply.IsRight);

    /// <summary>Questions that both this model and another answer right: of those the base knows, what an adapter kept.</summary>
    /// <param name="other">The result of the other model on the same questions.</param>
    public int RightWith(GeneralResult other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Replies.Zip(other.Replies).Count(pair => pair.First.IsRight && pair.Second.IsRight);
    }
}
