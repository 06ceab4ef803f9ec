namespace Pipeline.Tools.Benchmarks;

/// <summary>What <see cref="QueueBenchmark"/> measured.</summary>
/// <param name="HandOvers">Hand-overs measured, from the end of an item to the start of the next, with idle workers.</param>
/// <param name="P50Ms">Their median in milliseconds.</param>
/// <param name="P95Ms">Their 95th percentile.</param>
/// <param name="P99Ms">Their 99th percentile.</param>
/// <param name="Items">Document items of the big run.</param>
/// <param name="Seconds">From the start of the first to the end of the last.</param>
/// <param name="ItemsPerSecond">Items per second.</param>
/// <param name="CpuSeconds">Processor time of this process, without Postgres, from accepting that run to its end.</param>
/// <param name="SeenP50Ms">
/// Median milliseconds from the end of an item until a follower of its run, on its own connection, has read of it.
/// </param>
/// <param name="SeenP99Ms">Their 99th percentile.</param>
/// <param name="Connections">Peak number of connections to Postgres during the big run, including those of the measurement.</param>
/// <param name="PeakMebibytes">Peak resident memory of this process, without Postgres.</param>
internal sealed record QueueMeasurement(int HandOvers, double P50Ms, double P95Ms, double P99Ms, long Items, double Seconds,
    double ItemsPerSecond, double CpuSeconds, double SeenP50Ms, double SeenP99Ms,
    long Connections, double PeakMebibytes);
