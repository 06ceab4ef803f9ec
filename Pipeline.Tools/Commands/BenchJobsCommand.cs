using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Data;
using Pipeline.Tools.Benchmarks;
using Pipeline.Web;

namespace Pipeline.Tools.Commands;

/// <summary><c>bench jobs</c>: how fast stages hand over, and how many items per second go through claims, outbox and queue.</summary>
internal static class BenchJobsCommand
{
    public static Command Create()
    {
        Option<int> documents = new("--documents")
        {
            Description = "Documents of the run that is timed; two items each",
            DefaultValueFactory = _ => 1000
        };
        Option<int> workers = new("--workers") { Description = "Items worked on at once", DefaultValueFactory = _ => 4 };
        Option<bool> json = new("--json") { Description = "End with one JSON object on the last line" };
        Command command = new("jobs", "Orchestration: time between stages, items per second, with stages that do nothing") { documents,
            workers, json };
        command.SetAction(async (parsed, stopping) =>
        {
            string folder = Path.Combine(Path.GetTempPath(), "pipeline-bench-" + Guid.NewGuid().ToString("N")[..12]);
            try
            {
                QueueMeasurement m;
                await using (PipelineStorage storage = await PipelineStorage.OpenAsync(HostStorage(folder), stopping))
                    m = await QueueBenchmark.MeasureAsync(storage, parsed.GetValue(documents), parsed.GetValue(workers), stopping);
                TextWriter output = parsed.InvocationConfiguration.Output;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{m.HandOvers} hand-overs: median {m.P50Ms:F1} ms, 95 % within {m.P95Ms:F1} ms; "
                    + $"{m.Items} items in {m.Seconds:F2} s, {m.ItemsPerSecond:F0} items/s; "
                    + $"a change is seen after {m.SeenP50Ms:F0} ms (median), 99 % within {m.SeenP99Ms:F0} ms"));
                if (parsed.GetValue(json))
                    output.WriteLine(JsonSerializer.Serialize(new
                    {
                        handover_ms = new { p50 = Math.Round(m.P50Ms, 2), p95 = Math.Round(m.P95Ms, 2), p99 = Math.Round(m.P99Ms, 2) },
                        seen_ms = new { p50 = Math.Round(m.SeenP50Ms, 1), p99 = Math.Round(m.SeenP99Ms, 1) },
                        items_per_s = Math.Round(m.ItemsPerSecond, 1),
                        items = m.Items,
                        seconds = Math.Round(m.Seconds, 3),
                        connections = m.Connections,
                        peak_rss_mib = Math.Round(m.PeakMebibytes),
                        cpu_seconds = Math.Round(m.CpuSeconds, 2),
                        workers = parsed.GetValue(workers),
                        cores = Environment.ProcessorCount,
                    }));
                return ExitCodes.Success;
            }
            finally
            {
                if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    // A private server with its safety on, whatever server the environment names: this measures what users have.
    private static DataOptions HostStorage(string folder) => new() { Folder = folder };
}
