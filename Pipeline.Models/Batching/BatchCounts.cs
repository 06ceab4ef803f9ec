namespace Pipeline.Models.Batching;

/// <summary>The state of a <see cref="BatchScheduler"/>.</summary>
public sealed record BatchCounts
{
    /// <summary>Requests that are being answered.</summary>
    public int Running { get; init; }

    /// <summary>Requests that wait.</summary>
    public int Waiting { get; init; }

    /// <summary>Tokens of their prompts.</summary>
    public long WaitingTokens { get; init; }

    /// <summary>Blocks of keys and values that running requests use.</summary>
    public int BlocksInUse { get; init; }

    /// <summary>All blocks.</summary>
    public int Blocks { get; init; }

    /// <summary>Steps computed.</summary>
    public long Steps { get; init; }

    /// <summary>Tokens of all prompts begun.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Those of them whose keys and values were there already.</summary>
    public long ReusedTokens { get; init; }
}
