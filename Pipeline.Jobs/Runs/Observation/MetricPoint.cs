namespace Pipeline.Jobs.Runs.Observation;

/// <summary>One point of a training curve.</summary>
public sealed record MetricPoint(int Step, double Epoch, double Value, DateTimeOffset At);
