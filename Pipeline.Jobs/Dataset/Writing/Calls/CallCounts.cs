namespace Pipeline.Jobs.Dataset.Writing.Calls;

/// <summary>What calls of a model came to, for the funnel. Stored as JSON with its chunk.</summary>
internal sealed record CallCounts
{
    /// <summary>Nothing.</summary>
    public static CallCounts None { get; } = new();

    /// <summary>Calls that the model answered now.</summary>
    public int Made { get; init; }

    /// <summary>Calls answered from the cache.</summary>
    public int Cached { get; init; }

    /// <summary>Calls that failed for good.</summary>
    public int Failed { get; init; }

    /// <summary>Calls not made because the budget was used up.</summary>
    public int OverBudget { get; init; }

    /// <summary>Tokens of prompts, cached ones included.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens of replies, cached ones included.</summary>
    public long ReplyTokens { get; init; }

    /// <summary>Parts of replies that could be read.</summary>
    public int Read { get; init; }

    /// <summary>Replies, or parts of them, that gave no fact and no row, by one of <see cref="Rows.Reasons"/>.</summary>
    public IReadOnlyDictionary<string, int> RepliesRejected { get; init; } = new SortedDictionary<string, int>(StringComparer.Ordinal);

    /// <summary>The same, one more rejected.</summary>
    public CallCounts Reject(string reason, int count = 1) => count == 0 ? this : this with
    {
        RepliesRejected = Sum(RepliesRejected, new Dictionary<string, int> { [reason] = count }),
    };

    /// <summary>Both together.</summary>
    public static CallCounts operator +(CallCounts a, CallCounts b) => new()
    {
        Made = a.Made + b.Made,
        Cached = a.Cached + b.Cached,
        Failed = a.Failed + b.Failed,
        OverBudget = a.OverBudget + b.OverBudget,
        PromptTokens = a.PromptTokens + b.PromptTokens,
        ReplyTokens = a.ReplyTokens + b.ReplyTokens,
        Read = a.Read + b.Read,
        RepliesRejected = Sum(a.RepliesRejected, b.RepliesRejected),
    };

    /// <summary>Names and numbers for <see cref="Rows.Funnel.Calls"/>.</summary>
    public IReadOnlyDictionary<string, long> ToFunnel() => new SortedDictionary<string, long>(StringComparer.Ordinal)
    {
        ["made"] = Made,
        ["cached"] = Cached,
        ["failed"] = Failed,
        ["over_budget"] = OverBudget,
        ["prompt_tokens"] = PromptTokens,
        ["reply_tokens"] = ReplyTokens,
    };

    private static SortedDictionary<string, int> Sum(IReadOnlyDictionary<string, int> a, IReadOnlyDictionary<string, int> b)
    {
        SortedDictionary<string, int> sum = new(StringComparer.Ordinal);
        foreach ((string reason, int count) in a.Concat(b)) sum[reason] = sum.GetValueOrDefault(reason) + count;
        return sum;
    }
}
