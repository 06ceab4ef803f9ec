using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pipeline.Jobs.Behaviors;

internal static class JobsTelemetry
{
    public static readonly ActivitySource Source = new("Pipeline.Jobs");
    private static readonly Meter Meter = new("Pipeline.Jobs");
    public static readonly Histogram<double> RequestSeconds = Meter.CreateHistogram<double>("pipeline_request_seconds", "s",
        "Duration of requests by outcome");
}
