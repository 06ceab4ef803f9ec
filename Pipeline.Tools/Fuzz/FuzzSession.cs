using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract;
using Pipeline.Models;
using Pipeline.Web;

namespace Pipeline.Tools.Fuzz;

/// <summary>Extracts broken PDFs as the product does, in its child processes, and judges what comes out.</summary>
internal sealed partial class FuzzSession(FuzzOrder order, TextWriter output)
{
    private const int Patience = 10;    // times the limit, for what did not end within it

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(5);

    private readonly PdfMutator _mutator = new(order.Files, order.Seed);
    private readonly FuzzFindings _findings = new();
    private readonly ExtractionOptions _options = new()
    {
        RasterDpi = 36,
        SecondsPerDocument = order.Seconds,
        MegabytesPerDocument = order.Megabytes,
        MaxPages = 200,
    };

    public async Task<int> RunAsync(CancellationToken ct)
    {
        DocumentExtractor.RequirePrerequisites();
        if (order.Keep is not null)
            Directory.CreateDirectory(order.Keep);
        string scratch = Directory.CreateTempSubdirectory("pipeline-fuzz-").FullName;
        Stopwatch watch = Stopwatch.StartNew();
        bool stopped = false;
        (int processes, int handles) = (0, 0);
        try
        {
            using (DocumentExtractor extractor = new())
            using (Timer progress = new(_ => WriteProgress(watch), null, ProgressEvery, ProgressEvery))
            {
                await Parallel.ForEachAsync(
                    Enumerable.Range(order.First, order.Runs),
                    new ParallelOptions { MaxDegreeOfParallelism = order.Parallel, CancellationToken = ct },
                    async (run, token) => await RunAsync(run, extractor, scratch, token));
                (processes, handles) = (ProcessCount.Children(), ProcessCount.OpenFiles());
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            stopped = true;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
        // Each document at a time keeps one process, with three pipes.
        if (order.Alone && (processes > order.Parallel || handles > 200 + (10 * order.Parallel)))
            _findings.Add(order.First, FuzzOutcome.Escaped, "processes or files are left open",
                $"{processes} child processes and {handles} open files after the last run");
        Summarize(watch, stopped);
        return _findings.Groups > 0 ? ExitCodes.Failed : stopped ? ExitCodes.Canceled : ExitCodes.Success;
    }

    private async Task RunAsync(int run, DocumentExtractor extractor, string scratch, CancellationToken ct)
    {
        MutatedPdf pdf = _mutator.Make(run);
        string name = $"run-{run}.pdf", path = Path.Combine(scratch, name), folder = Path.Combine(scratch, $"run-{run}");
        await File.WriteAllBytesAsync(path, pdf.Content, ct);
        (FuzzOutcome outcome, string signature, string detail) = await TryAsync(extractor, path, name, folder, _options, ct);
        // A busy machine makes any document slow: what hangs still hangs with much more time.
        if (outcome is FuzzOutcome.TimedOut or FuzzOutcome.Hung)
            (outcome, signature, detail) = await TryAsync(
                extractor, path, name, folder, _options with { SecondsPerDocument = Patience * order.Seconds }, ct);
        _findings.Add(run, outcome, signature, $"{Path.GetFileName(pdf.Source)}, {pdf.Changes}\n{detail}");
        if (order.Keep is not null && (order.KeepAll || FuzzFindings.IsFinding(outcome)))
            File.Copy(path, Path.Combine(order.Keep, name), overwrite: true);
        File.Delete(path);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private async Task<(FuzzOutcome Outcome, string Signature, string Detail)> TryAsync(
        DocumentExtractor extractor, string path, string name, string folder, ExtractionOptions options, CancellationToken ct)
    {
        // Two tries; what is left on top covers ending the processes on a busy machine.
        TimeSpan limit = TimeSpan.FromSeconds((2 * options.SecondsPerDocument) + 30);
        try
        {
            ExtractionResult result = await extractor.ExtractAsync(path, folder, options, ct).WaitAsync(limit, CancellationToken.None);
            if (DocumentSoundness.Fault(result) is { } fault)
                return (FuzzOutcome.Unsound, Digits().Replace(fault, "#"), fault);
            bool rescued = result.Document.Warnings.Any(w => w.Contains("did not survive", StringComparison.Ordinal));
            return (rescued ? FuzzOutcome.Rescued : FuzzOutcome.Extracted, "", "");
        }
        catch (TimeoutException)
        {
            return (FuzzOutcome.Hung, "", $"nothing after {limit.TotalSeconds} s");
        }
        catch (BadDocumentException e)
        {
            FuzzOutcome outcome = e.Reason switch
            {
                BadDocumentReason.ParserCrashed => FuzzOutcome.Crashed,
                BadDocumentReason.TimedOut => FuzzOutcome.TimedOut,
                BadDocumentReason.OutOfMemory => FuzzOutcome.OutOfMemory,
                _ => FuzzOutcome.Refused,
            };
            string both = e.InnerException is { } second ? $"{e.Message}\nsecond try: {second}" : e.Message;
            if (DocumentSoundness.Fault(e.Message, name) is { } unclear)
                return (FuzzOutcome.Unclear, unclear, both);
            return (outcome, Signature(both, name), both);
        }
        catch (Exception e) when (e is not OperationCanceledException and not MissingPrerequisiteException)
        {
            return (FuzzOutcome.Escaped, Signature(e.ToString(), name), e.ToString());
        }
    }

    /// <summary>The error and the innermost calls of this product, without what differs from file to file.</summary>
    private static string Signature(string error, string name)
    {
        IEnumerable<string> calls = Call().Matches(error).Select(m => m.Groups["method"].Value).Take(3);
        string first = error.Split('\n', 2)[0].Replace(name, "", StringComparison.Ordinal);
        return string.Join(" < ", calls.Prepend(Digits().Replace(first, "#")));
    }

    private void WriteProgress(Stopwatch watch) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{watch.Elapsed.TotalSeconds,6:F0} s  {_findings.Runs} of {order.Runs} runs, "
        + $"{_findings.Runs / watch.Elapsed.TotalSeconds:F1} per s, "
        + $"{string.Join(", ", _findings.Counts().Select(c => $"{c.Key} {c.Value}"))}; {_findings.Groups} findings, "
        + $"{ProcessCount.Children()} processes, {ProcessCount.OpenFiles()} open files"));

    private void Summarize(Stopwatch watch, bool stopped)
    {
        _findings.Write(output);
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(stopped ? "stopped after " : "")}{_findings.Runs} runs in {watch.Elapsed.TotalSeconds:F0} s, seed {order.Seed}: "
            + $"{string.Join(", ", _findings.Counts().Select(c => $"{c.Key} {c.Value}"))}; {_findings.Groups} findings"));
        if (order.Json)
            output.WriteLine(JsonSerializer.Serialize(new
            {
                runs = _findings.Runs,
                seed = order.Seed,
                seconds = Math.Round(watch.Elapsed.TotalSeconds, 1),
                outcomes = _findings.Counts().ToDictionary(c => JsonNamingPolicy.SnakeCaseLower.ConvertName(c.Key), c => c.Value),
                findings = _findings.Groups,
            }));
    }

    [GeneratedRegex(@"[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();

    [GeneratedRegex(@"^\s+at (?<method>Pipeline\.[\w.<>`+]+)", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Call();
}
