namespace Pipeline.Models.Batching;

/// <summary>Bounds of a <see cref="BatchScheduler"/>.</summary>
public sealed record BatchOptions
{
    /// <summary>
    /// Tokens whose keys and values are held at once, for running requests and for prompts that may come again. Memory is taken as
    /// it is used.
    /// </summary>
    public long CacheTokens { get; init; } = 16_384;

    /// <summary>Requests that are answered at the same time; further ones wait.</summary>
    public int MostRunning { get; init; } = 64;

    /// <summary>Tokens of prompts that are computed between two tokens of the running answers.</summary>
    public int PromptTokensPerStep { get; init; } = 256;

    /// <summary>Tokens of prompts that may wait; a request beyond them is refused, unless it is the only one.</summary>
    public long WaitingTokens { get; init; } = 262_144;

    /// <summary>Bytes of image embeddings that are kept for the next question about the same image.</summary>
    public long ImageCacheBytes { get; init; } = 64 << 20;

    /// <summary>Patches that go through the vision tower together.</summary>
    public int PatchesPerStep { get; init; } = 8_192;
}
