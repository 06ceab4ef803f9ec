using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs.Extract;
using Pipeline.Tools.Benchmarks;
using Pipeline.Web;

namespace Pipeline.Tools.Commands;

/// <summary><c>bench extract</c>: pages per second of text with layout, of page rasters, and of the whole command.</summary>
internal static class BenchExtractCommand
{
    public static Command Create()
    {
        Argument<string> path = new("PATH") { Description = "A PDF or a folder of PDFs", DefaultValueFactory = _ => "samples" };
        Option<int> dpi = new("--dpi")
        {
            Description = "Resolution of page images",
            DefaultValueFactory = _ =>
            new ExtractionOptions().RasterDpi
        };
        Option<double> seconds = new("--seconds") { Description = "Time for each measurement", DefaultValueFactory = _ => 10 };
        Option<bool> json = new("--json") { Description = "End with one JSON object on the last line" };
        Command command = new("extract", "Extraction: pages per second of text with layout, of page images, and of the whole command")
        {
            path,
            dpi,
            seconds,
            json,
        };
        command.SetAction((parsed, stopping) => Task.Run(
            async () =>
            {
                ExtractionMeasurement m = await ExtractionBenchmark.MeasureAsync(
                    parsed.GetRequiredValue(path), parsed.GetValue(dpi), parsed.GetValue(seconds), stopping);
                TextWriter output = parsed.InvocationConfiguration.Output;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{m.Pages} pages: text and layout {m.TextPagesPerSecond:F1} pages/s, images at {parsed.GetValue(dpi)} dpi "
                    + $"{m.RasterPagesPerSecond:F1} pages/s, {m.PeakMemoryMiB:F0} MiB; the extract command on "
                    + $"{Environment.ProcessorCount} cores {m.CommandPagesPerSecond:F1} pages/s, "
                    + $"start of a child {m.ChildStartSeconds:F2} s; {m.UnplacedCharacters} characters unplaced"));
                if (parsed.GetValue(json))
                    output.WriteLine(JsonSerializer.Serialize(new
                    {
                        pages = m.Pages,
                        unplaced_characters = m.UnplacedCharacters,
                        text_pages_per_s = Math.Round(m.TextPagesPerSecond, 2),
                        raster_pages_per_s = Math.Round(m.RasterPagesPerSecond, 2),
                        command_pages_per_s = Math.Round(m.CommandPagesPerSecond, 2),
                        child_start_s = Math.Round(m.ChildStartSeconds, 3),
                        cores = Environment.ProcessorCount,
                        dpi = parsed.GetValue(dpi),
                        peak_rss_mib = Math.Round(m.PeakMemoryMiB, 1),
                    }));
                return ExitCodes.Success;
            }, CancellationToken.None));
        return command;
    }
}
