namespace Pipeline.Models.Evaluation.Examination;

/// <summary>What a side still knows of the world.</summary>
/// <param name="Replies">To the general questions, in the set's order.</param>
/// <param name="Loss">Mean loss per token of general prose, in nats.</param>
/// <param name="Tokens">Tokens of that prose.</param>
public sealed record RetentionResult(IReadOnlyList<GeneralReply> Replies, double Loss, long Tokens)
{
    /// <summary>Questions answered right.</summary>
    public int Right => Replies.Count(reply => reply.IsRight);

    /// <summary>Questions asked.</summary>
    public int Asked => Replies.Count;

    /// <summary>Of the questions that another side answers right, those that this one does too.</summary>
    public int Kept(RetentionResult other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Replies.Zip(other.Replies).Count(pair => pair.First.IsRight && pair.Second.IsRight);
    }
}
