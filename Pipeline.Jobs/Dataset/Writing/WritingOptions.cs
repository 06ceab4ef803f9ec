using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>Whether and how a language model writes facts and rows. Section <c>dataset.writing</c> of a run.</summary>
public sealed record WritingOptions
{
    /// <summary>The run's own base model as the writer.</summary>
    public const string Base = "base";

    /// <summary>
    /// Who writes: null for nobody, <see cref="Base"/> for the run's own base model, otherwise the name of an endpoint in the
    /// operator's settings. A run names endpoints and never brings an address or a key.
    /// </summary>
    [StringLength(64, MinimumLength = 1)] public string? Endpoint { get; init; }

    /// <summary>
    /// Questions with answers asked for per chunk; null for 10, or 40 where <see cref="Deep"/> is set. Rewritings, key points,
    /// implications and comparisons come on top.
    /// </summary>
    [Range(1, 200)] public int? Amount { get; init; }

    /// <summary>Four times as many questions per chunk, and each style of rewriting twice.</summary>
    public bool Deep { get; init; }

    /// <summary>Wordings asked for per fact. One or two of them are never trained, so fewer than three teach little.</summary>
    [Range(3, 12)] public int Wordings { get; init; } = 3;

    /// <summary>Share of the questions that the documents cannot answer and that are answered by a refusal.</summary>
    [Range(0.0, 0.5)] public double Unanswerable { get; init; } = 0.05;

    /// <summary>Whether the model reads every row once more beside its chunk.</summary>
    public bool VerifyByModel { get; init; }

    /// <summary>Most tokens of prompts and replies that the rows of one run may rest on; null for no limit.</summary>
    [Range(1, long.MaxValue)] public long? BudgetTokens { get; init; }

    /// <summary><see cref="Amount"/> with its default.</summary>
    internal int Questions => Amount ?? (Deep ? 40 : 10);
}
