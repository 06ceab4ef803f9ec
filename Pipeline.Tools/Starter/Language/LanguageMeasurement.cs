namespace Pipeline.Tools.Starter.Language;

/// <summary>What was measured on held-out pages, with the weights as written (bfloat16).</summary>
internal sealed record LanguageMeasurement(
    long Parameters, long TrainingTokens, double ProsePerplexity, long ProseTokens, double ChatPerplexity, long ChatTokens);
