using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>How long chunks are.</summary>
public sealed record ChunkOptions
{
    /// <summary>Shorter sections are joined with their neighbours under the same heading, where they have any; in tokens.</summary>
    [Range(0, 100_000)] public int MinTokens { get; init; } = 300;

    /// <summary>Longest chunk in tokens; longer sections are divided.</summary>
    [Range(32, 100_000)] public int MaxTokens { get; init; } = 800;
}
