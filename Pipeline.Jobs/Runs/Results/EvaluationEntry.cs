using System.Text.Json;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>Comparison of base model and adapter.</summary>
/// <param name="Id">The evaluation.</param>
/// <param name="RunId">Run that made it.</param>
/// <param name="Examples">Held-out examples.</param>
/// <param name="Tokens">Target tokens.</param>
/// <param name="BaseLoss">Nats per target token.</param>
/// <param name="AdapterLoss">Nats per target token.</param>
/// <param name="BasePerplexity">exp of the loss.</param>
/// <param name="AdapterPerplexity">exp of the loss.</param>
/// <param name="Generations"><c>[{instruction, input, expected, base, adapter}]</c>.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CurrentLoss">Nats per target token of the adapter that served the run's name at the time, or null.</param>
/// <param name="Verdict"><c>better</c>, <c>worse</c> or <c>no_difference</c> than the base; null without an examination.</param>
/// <param name="VerdictReason">The verdict in words, with its bounds.</param>
public sealed record EvaluationEntry(
    Guid Id, Guid RunId, int Examples, long Tokens, double BaseLoss, double AdapterLoss, double BasePerplexity, double AdapterPerplexity,
    JsonElement Generations, DateTimeOffset CreatedAt, double? CurrentLoss,
    string? Verdict, string? VerdictReason);
