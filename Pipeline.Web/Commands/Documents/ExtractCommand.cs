using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.View;
using Pipeline.Models;

namespace Pipeline.Web.Commands.Documents;

/// <summary><c>extract PATH --out DIR</c>: extraction alone, without a database.</summary>
internal static class ExtractCommand
{
    private const int ShownWarnings = 5;

    public static Command Create()
    {
        Argument<string> path = new("PATH") { Description = "A PDF, or a folder that is searched for PDFs" };
        Option<string> output = new("--out") { Description = "Folder for DIR/NAME.md and DIR/NAME/...", Required = true };
        Option<int> dpi = new("--dpi")
        {
            Description = "Resolution of page images",
            DefaultValueFactory = _ =>
            new ExtractionOptions().RasterDpi
        };
        Option<int> seconds = new("--timeout")
        {
            Description = "Seconds per document",
            DefaultValueFactory = _ =>
            new ExtractionOptions().SecondsPerDocument
        };
        Option<bool> html = new("--html")
        {
            Description = "Also write DIR/NAME/document.html: pages with their blocks for people; for a folder, DIR/index.html lists them"
        };
        Option<bool> keep = new("--keep-furniture")
        {
            Description = "The Markdown as benchmarks see a page: with running heads, page numbers and lettering of pictures, links as text"
        };
        Option<string> ocr = new("--ocr")
        {
            Description = "Pages that Tesseract reads: those without usable text, none, or all",
            HelpName = "auto|off|force",
            DefaultValueFactory = _ => nameof(OcrMode.Auto).ToLowerInvariant(),
        };
        Option<string> languages = new("--ocr-languages")
        {
            Description = "Their languages by Tesseract's names, joined by +",
            DefaultValueFactory = _ => new ExtractionOptions().OcrLanguages,
        };
        Command command = new("extract", "Turn PDFs into Markdown, figures, tables and page images")
        {
            path, output, dpi, seconds, ocr, languages, html, keep,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(path), parsed.GetRequiredValue(output), parsed.GetValue(html), parsed.GetValue(keep),
            new ExtractionOptions
            {
                RasterDpi = parsed.GetValue(dpi),
                SecondsPerDocument = parsed.GetValue(seconds),
                Ocr = ReadMode(parsed.GetRequiredValue(ocr)),
                OcrLanguages = parsed.GetRequiredValue(languages),
            },
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken));
        return command;
    }

    private static OcrMode ReadMode(string given) =>
        Enum.GetNames<OcrMode>().Contains(given, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<OcrMode>(given, ignoreCase: true)
            : throw new InputException($"--ocr {given}: expected auto, off or force");

    private static async Task<int> RunAsync(
        string path, string folder, bool html, bool keepFurniture, ExtractionOptions options, TextWriter output, TextWriter error,
        CancellationToken ct)
    {
        if (options.RasterDpi is < 36 or > 600)
            throw new InputException($"--dpi {options.RasterDpi}: expected 36 to 600");
        if (options.SecondsPerDocument is < 1 or > 3600)
            throw new InputException($"--timeout {options.SecondsPerDocument}: expected 1 to 3600 seconds");
        if (!ExtractionOptions.AreLanguages(options.OcrLanguages))
            throw new InputException($"--ocr-languages {options.OcrLanguages}: {ExtractionOptions.LanguagesExpected}");
        List<(string Pdf, string Stem)> documents = PdfPaths.Find(path);
        Directory.CreateDirectory(folder);
        using DocumentExtractor extractor = new();
        bool listed = html && Directory.Exists(path);
        ViewEntry[] entries = new ViewEntry[documents.Count];
        int failed = 0;
        await Parallel.ForEachAsync(
            documents.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 8), CancellationToken = ct },
            async (numbered, token) =>
            {
                (int number, (string Pdf, string Stem) document) = numbered;
                string line;
                try
                {
                    Stopwatch watch = Stopwatch.StartNew();
                    ExtractionResult result = await extractor.ExtractAsync(document.Pdf, Path.Combine(folder, document.Stem), options,
                        token);
                    await File.WriteAllTextAsync(Path.Combine(folder, document.Stem + ".md"),
                        MarkdownWriter.Write(result.Document, document.Stem + "/", keepFurniture), token);
                    if (html)
                        await File.WriteAllTextAsync(Path.Combine(result.Folder, ExtractionResult.HtmlFile),
                            ViewPages.Document(result.Document, listed), token);
                    entries[number] = ViewEntry.Of(result.Document, document.Stem);
                    line = Describe(result.Document, watch.Elapsed);
                }
                catch (BadDocumentException e)
                {
                    Interlocked.Increment(ref failed);
                    entries[number] = ViewEntry.Refused(Path.GetFileName(document.Pdf), e.Message);
                    lock (error)
                        error.WriteLine($"error: {e.Message}");
                    return;
                }
                lock (output)
                    output.WriteLine(line);
            });
        if (listed)
            await File.WriteAllTextAsync(Path.Combine(folder, ViewPages.IndexFile), ViewPages.Index(entries), ct);
        output.WriteLine($"{documents.Count - failed} of {documents.Count} documents extracted into {folder}");
        return failed == 0 ? ExitCodes.Success : documents.Count == 1 ? ExitCodes.BadUsage : ExitCodes.Failed;
    }

    private static string Describe(ExtractedDocument document, TimeSpan time)
    {
        string line = string.Create(CultureInfo.InvariantCulture,
            $"{document.FileName}: {document.Pages.Count} pages, {document.Figures.Count} figures, {document.Tables.Count} tables, "
            + $"{time.TotalSeconds:F1} s");
        int more = document.Warnings.Count - ShownWarnings;
        string rest = more > 0 ? $"; {more} more in {ExtractionResult.JsonFile}" : "";
        return document.Warnings.Count > 0 ? $"{line} (warning: {string.Join("; ", document.Warnings.Take(ShownWarnings))}{rest})" : line;
    }
}
