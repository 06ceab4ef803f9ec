using System.Diagnostics;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Tools.Benchmarks;

/// <summary>Measures extraction in this process, on files that are trusted.</summary>
internal static class ExtractionBenchmark
{
    /// <summary>Repeats passes over the files until the time is up, after one warm-up pass.</summary>
    /// <param name="pdfs">The files.</param>
    /// <param name="dpi">Resolution of the rasters.</param>
    /// <param name="seconds">Time for each of the two measurements.</param>
    /// <param name="ct">Stops between two passes.</param>
    public static ExtractionMeasurement Measure(IReadOnlyList<string> pdfs, double dpi, double seconds, CancellationToken ct)
    {
        string scratch = Directory.CreateTempSubdirectory("pipeline-bench-").FullName;
        try
        {
            int pages = pdfs.Sum(pdf => DocumentParser.ReadTextAndLayout(pdf).Count);
            double text = PerSecond(() => pdfs.Sum(pdf => DocumentParser.ReadTextAndLayout(pdf).Count), seconds, ct);
            RenderAll(pdfs, dpi, scratch);
            double raster = PerSecond(() => RenderAll(pdfs, dpi, scratch), seconds, ct);
            using Process self = Process.GetCurrentProcess();
            return new ExtractionMeasurement(pages, text, raster, self.PeakWorkingSet64 / 1048576.0);
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
