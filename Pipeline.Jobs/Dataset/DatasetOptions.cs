using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs.Dataset;

/// <summary>Which examples are made, and how they are divided. Section <c>dataset</c> of a run.</summary>
public sealed record DatasetOptions
{
    /// <summary>Share of the examples that is held out; whole sections only, so the true share may be a little larger.</summary>
    [Range(0.0, 0.5)] public double EvalFraction { get; init; } = 0.1;

    /// <summary>Decides which sections are held out.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Longest answer in characters; longer sections are divided between paragraphs.</summary>
    [Range(100, 20000)] public int MaxAnswerCharacters { get; init; } = 1200;

    /// <summary>Shortest text of a section that is worth a question.</summary>
    [Range(1, 1000)] public int MinAnswerCharacters { get; init; } = 60;

    /// <summary>Most look-ups asked from one table.</summary>
    [Range(0, 1000)] public int MaxLookupsPerTable { get; init; } = 24;
}
