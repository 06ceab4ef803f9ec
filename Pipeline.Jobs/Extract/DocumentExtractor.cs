using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Ocr;
using Pipeline.Jobs.Extract.Worker;
using Pipeline.Models;

namespace Pipeline.Jobs.Extract;

/// <summary>
/// Extracts PDFs: text in reading order, tables, figures and page rasters. Parsing happens in child processes, so that
/// a crash, hang or memory bomb affects one document only. Safe for concurrent use: each concurrent document has its own process.
/// </summary>
public sealed class DocumentExtractor : IDisposable
{
    /// <summary>Changes whenever the same PDF may give different output; part of <see cref="ExtractionOptions.CacheKey"/>.</summary>
    public const string ExtractorVersion = "3";

    private const int DocumentsPerProcess = 200;
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(20);

    private readonly HostCommand _command;
    private readonly Stack<ParserProcess> _idle = new();
    private readonly Timer _sweep;
    private bool _disposed;

    /// <summary>Uses the host beside this assembly for its child processes.</summary>
    public DocumentExtractor() : this(HostCommand.Of(HostCommand.ParseWorker))
    {
    }

    internal DocumentExtractor(HostCommand command)
    {
        _command = command;
        _sweep = new Timer(_ => DropIdle());
    }

    /// <summary>Extracts one PDF into a folder, which appears complete or not at all.</summary>
    /// <param name="pdfPath">The PDF.</param>
    /// <param name="outDir">Folder to create. An earlier extraction there is replaced.</param>
    /// <param name="options">Resolution and limits.</param>
    /// <param name="ct">Ends the work and the process that does it.</param>
    /// <param name="name">Name for messages and for the document; by default that of the file.</param>
    /// <exception cref="BadDocumentException">The document cannot be extracted; others can.</exception>
    /// <exception cref="InputException">No such file, or the folder holds something else.</exception>
    /// <exception cref="MissingPrerequisiteException">PDFium is not installed.</exception>
    public async Task<ExtractionResult> ExtractAsync(
        string pdfPath, string outDir, ExtractionOptions options, CancellationToken ct, string? name = null)
    {
        if (!File.Exists(pdfPath))
            throw new InputException($"{pdfPath}: no such file");
        outDir = Path.GetFullPath(outDir);
        RequireReplaceable(outDir);
        string staging = $"{outDir}.{Guid.NewGuid():N}.tmp";
        name ??= Path.GetFileName(pdfPath);
        try
        {
            await ParseAsync(Path.GetFullPath(pdfPath), name, staging, options, ct);
            if (Directory.Exists(outDir))
                Directory.Delete(outDir, recursive: true);
            Directory.Move(staging, outDir);
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
        return new ExtractionResult(outDir, ExtractedDocument.Load(Path.Combine(outDir, ExtractionResult.JsonFile)));
    }

    /// <summary>Fails early on a machine that cannot extract any document.</summary>
    /// <exception cref="MissingPrerequisiteException">PDFium is not installed; the message says how to install it.</exception>
    public static void RequirePrerequisites() => Rendering.PdfiumLibrary.EnsureLoaded();

    /// <summary>Ends the child processes.</summary>
    public void Dispose()
    {
        lock (_idle)
            _disposed = true;
        _sweep.Dispose();
        DropIdle();
    }

    private async Task ParseAsync(string pdf, string name, string staging, ExtractionOptions options, CancellationToken ct)
    {
        GiveBack(Take(options.MegabytesPerDocument)); // a process that is not there yet starts while Tesseract is asked what it reads
        ParseRequest request = new(pdf, name, staging, options.RasterDpi, options.MaxPages, WithoutPdfPig: false,
            OcrSettings.For(options));
        try
        {
            await ParseOnceAsync(request, options, ct);
        }
        catch (BadDocumentException e) when (e.Reason
            is BadDocumentReason.ParserCrashed or BadDocumentReason.TimedOut or BadDocumentReason.OutOfMemory)
        {
            // PdfPig is known to overflow the stack or to loop on files that PDFium can read. One more try, without it.
            try
            {
                await ParseOnceAsync(request with { WithoutPdfPig = true }, options, ct);
            }
            catch (BadDocumentException second) when (second.Reason
                is BadDocumentReason.ParserCrashed or BadDocumentReason.TimedOut or BadDocumentReason.OutOfMemory)
            {
                throw new BadDocumentException(e.Reason, e.Message, second);
            }
        }
    }

    private async Task ParseOnceAsync(ParseRequest request, ExtractionOptions options, CancellationToken ct)
    {
        if (Directory.Exists(request.Folder))
            Directory.Delete(request.Folder, recursive: true);
        Directory.CreateDirectory(request.Folder);
        ParserProcess process = Take(options.MegabytesPerDocument);
        try
        {
            await process.ParseAsync(request, TimeSpan.FromSeconds(options.SecondsPerDocument), null, ct);
        }
        finally
        {
            GiveBack(process);
        }
    }

    private ParserProcess Take(int megabytes)
    {
        lock (_idle)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            while (_idle.TryPop(out ParserProcess? process))
            {
                if (process.Usable && process.Megabytes == megabytes)
                    return process;
                process.Dispose();
            }
        }
        return ParserProcess.Start(_command, megabytes);
    }

    private void GiveBack(ParserProcess process)
    {
        lock (_idle)
        {
            if (!_disposed && process.Usable && process.Served < DocumentsPerProcess)
            {
                _idle.Push(process);
                _sweep.Change(IdleAfter, Timeout.InfiniteTimeSpan);
                return;
            }
        }
        process.Dispose();
    }

    private void DropIdle()
    {
        lock (_idle)
            while (_idle.TryPop(out ParserProcess? process))
                process.Dispose();
    }

    private static void RequireReplaceable(string folder)
    {
        if (File.Exists(folder))
            throw new InputException($"{folder}: is a file; name another output folder");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()
            && !File.Exists(Path.Combine(folder, ExtractionResult.JsonFile)))
            throw new InputException($"{folder}: holds files that are not an extraction; name another output folder");
    }
}
