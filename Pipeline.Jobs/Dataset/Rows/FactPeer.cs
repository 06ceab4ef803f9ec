namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>Another subject with a value of the same attribute.</summary>
/// <param name="Subject">As printed.</param>
/// <param name="Value">As printed.</param>
public sealed record FactPeer(string Subject, string Value);
