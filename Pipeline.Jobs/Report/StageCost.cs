namespace Pipeline.Jobs.Report;

/// <summary>What a stage took.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Seconds">Working time of all its items together.</param>
/// <param name="Tokens">Tokens of calls of a model, or of the training; null where it has none.</param>
/// <param name="Calls">Calls of a model; null where it makes none.</param>
public sealed record StageCost(string Stage, double Seconds, long? Tokens = null, long? Calls = null);
