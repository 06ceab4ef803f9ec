using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Models;
using Pipeline.Web;
using Pipeline.Web.Commands.Documents;

namespace Pipeline.Tools.Benchmarks;

/// <summary>Measures extraction in this process, on files that are trusted, and the command that does it in child processes.</summary>
internal static class ExtractionBenchmark
{
    /// <summary>Repeats passes over the files until the time is up, after one warm-up pass; the command makes one pass.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="dpi">Resolution of the rasters.</param>
    /// <param name="seconds">Time for each of the first two measurements.</param>
    /// <param name="ct">Stops between two passes.</param>
    public static async Task<ExtractionMeasurement> MeasureAsync(string path, int dpi, double seconds, CancellationToken ct)
    {
        List<string> pdfs = PdfPaths.Find(path).ConvertAll(f => f.Pdf);
        string scratch = Directory.CreateTempSubdirectory("pipeline-bench-").FullName;
        try
        {
            int pages = 0, unplaced = 0;
            foreach (string pdf in pdfs)
            {
                List<PageContent> read = DocumentParser.ReadTextAndLayout(pdf);
                pages += read.Count;
                unplaced += read.Sum(p => p.Account.Close().GetValueOrDefault(CharacterPlace.Unplaced));
            }
            double text = PerSecond(() => pdfs.Sum(pdf => DocumentParser.ReadTextAndLayout(pdf).Count), seconds, ct);
            RenderAll(pdfs, dpi, scratch);
            double raster = PerSecond(() => RenderAll(pdfs, dpi, scratch), seconds, ct);
            double command = await CommandAsync(path, dpi, pages, Path.Combine(scratch, "command"), ct);
            double start = await ChildStartAsync(pdfs, dpi, Path.Combine(scratch, "start"), ct);
            using Process self = Process.GetCurrentProcess();
            return new ExtractionMeasurement(pages, unplaced, text, raster, command, start, self.PeakWorkingSet64 / 1048576.0);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static double PerSecond(Func<int> pass, double seconds, CancellationToken ct)
    {
        Stopwatch watch = Stopwatch.StartNew();
        int pages = 0;
        do
        {
            ct.ThrowIfCancellationRequested();
            pages += pass();
        }
        while (watch.Elapsed.TotalSeconds < seconds);
        return pages / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> CommandAsync(string path, int dpi, int pages, string folder, CancellationToken ct)
    {
        StringWriter error = new();
        InvocationConfiguration invocation = new() { Output = TextWriter.Null, Error = error };
        Stopwatch watch = Stopwatch.StartNew();
        int code = await ExtractCommand.Create().Parse([path, "--out", folder, "--dpi", dpi.ToString(CultureInfo.InvariantCulture)])
            .InvokeAsync(invocation, ct);
        return code == ExitCodes.Success ? pages / watch.Elapsed.TotalSeconds : throw new InputException(error.ToString().Trim());
    }

    private static async Task<double> ChildStartAsync(List<string> pdfs, int dpi, string folder, CancellationToken ct)
    {
        string smallest = pdfs.MinBy(pdf => new FileInfo(pdf).Length)!;
        using DocumentExtractor extractor = new();
        TimeSpan first = await OnceAsync();
        TimeSpan again = TimeSpan.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            TimeSpan took = await OnceAsync();
            again = took < again ? took : again;
        }
        return (first - again).TotalSeconds;

        async Task<TimeSpan> OnceAsync()
        {
            Stopwatch watch = Stopwatch.StartNew();
            await extractor.ExtractAsync(smallest, folder, new ExtractionOptions { RasterDpi = dpi }, ct);
            return watch.Elapsed;
        }
    }

    private static int RenderAll(IReadOnlyList<string> pdfs, double dpi, string folder)
    {
        int pages = 0;
        foreach (string pdf in pdfs)
        {
            using PdfiumDocument document = PdfiumDocument.Open(Path.GetFileName(pdf), File.ReadAllBytes(pdf));
            List<PageContent> contents = Enumerable.Range(1, document.PageCount).Select(n => new PageContent(n, default, [], [], []))
                .ToList();
            FigureImages.Write(document, contents, [], dpi, folder);
            pages += contents.Count;
        }
        return pages;
    }
}
