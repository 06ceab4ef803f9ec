using System.CommandLine;
using System.CommandLine.Parsing;
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
        Option<OcrMode> ocr = new("--ocr")
        {
            Description = "Pages that Tesseract reads: auto (those without usable text), off or force (all)",
            DefaultValueFactory = _ => new ExtractionOptions().Ocr,
            CustomParser = ReadMode,
        };
        ocr.CompletionSources.Add([.. Enum.GetNames<OcrMode>().Select(name => name.ToLowerInvariant())]);
        Option<string> languages = new("--ocr-languages")
        {
            Description = "Their languages by Tesseract's names, joined by +",
            DefaultValueFactory = _ => new ExtractionOptions().OcrLanguages,
        };
        Command command = new("extract", "Turn PDFs into Markdown, figures, tables and page images")
        {
            path, output, dpi, seconds, ocr, languages, html,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(path), parsed.GetRequiredValue(output), parsed.GetValue(html),
            new ExtractionOptions
            {
                RasterDpi = parsed.GetValue(dpi),
                SecondsPerDocument = parsed.GetValue(seconds),
                Ocr = parsed.GetValue(ocr),
                OcrLanguages = parsed.GetRequiredValue(languages),
            },
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken));
        return command;
    }

    private static OcrMode ReadMode(ArgumentResult result)
    {
        string given = result.Tokens.Single().Value;
        if (!given.Any(char.IsAsciiDigit) && Enum.TryParse(given, ignoreCase: true, out OcrMode mode))
            return mode;
        result.AddError($"--ocr {given}: expected auto, off or force");
        return default;
    }

    private static async Task<int> RunAsync(
        string path, string folder, bool html, ExtractionOptions options, TextWriter output, TextWriter error, CancellationToken ct)
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
                    await File.WriteAllTextAsync(
                        Path.Combine(folder, document.Stem + ".md"), MarkdownWriter.Write(result.Document, document.Stem + "/"), token);
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
        return document.Warnings.Count > 0 ? $"{line} (warning: {string.Join("; ", document.Warnings)})" : line;
    }
}
