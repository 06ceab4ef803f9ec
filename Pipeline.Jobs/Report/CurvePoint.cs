namespace Pipeline.Jobs.Report;

/// <summary>A measurement during training.</summary>
/// <param name="Step">Optimizer step, from 1.</param>
/// <param name="Value">Loss per target token, in nats.</param>
public sealed record CurvePoint(int Step, double Value);
