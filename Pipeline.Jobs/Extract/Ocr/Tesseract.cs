using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Models;

namespace Pipeline.Jobs.Extract.Ocr;

/// <summary>The OCR program. It runs as a child process; a hang or a crash costs the page, not the document.</summary>
internal static class Tesseract
{
    internal const string PathVariable = "PIPELINE_TESSERACT";

    /// <summary>Where Tesseract looks for languages that are not in its own folder.</summary>
    internal const string DataVariable = "TESSDATA_PREFIX";

    private static readonly TimeSpan QuestionLimit = TimeSpan.FromSeconds(60);

    /// <summary>How long an answer stands in which a wanted language is missing: somebody may be installing it.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);

    private static readonly ConcurrentDictionary<string, (string Version, IReadOnlySet<string> Languages, long Asked)> Known = [];

    private static readonly Lock Gate = new();
    private static readonly HashSet<Process> Running = [];

    /// <summary>The program that the user names, or else the one on the path; null when there is none.</summary>
    /// <exception cref="MissingPrerequisiteException">The named program is not there.</exception>
    public static string? Find() => Find(Environment.GetEnvironmentVariable(PathVariable), Environment.GetEnvironmentVariable("PATH"));

    internal static string? Find(string? configured, string? path)
    {
        if (!string.IsNullOrEmpty(configured))
        {
            return File.Exists(configured)
                ? configured
                : throw new MissingPrerequisiteException($"{PathVariable}={configured}: no such file; correct or unset the variable");
        }
        return (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "tesseract")).FirstOrDefault(File.Exists);
    }

    /// <summary>
    /// Version and installed languages. The answer is kept; where a wanted language is missing, for a minute.
    /// </summary>
    public static (string Version, IReadOnlySet<string> Languages) Describe(string program, IEnumerable<string> wanted)
    {
        if (Known.TryGetValue(program, out (string Version, IReadOnlySet<string> Languages, long Asked) known)
            && (wanted.All(known.Languages.Contains) || Stopwatch.GetElapsedTime(known.Asked) < AskAgain))
            return (known.Version, known.Languages);
        string version = Run(program, ["--version"], [], QuestionLimit).Split('\n')[0].Trim();
        string[] languages = Run(program, ["--list-langs"], [], QuestionLimit).Split('\n', StringSplitOptions.TrimEntries);
        HashSet<string> installed = languages.Skip(1).Where(l => l.Length > 0).ToHashSet(StringComparer.Ordinal);
        Known[program] = (version, installed, Stopwatch.GetTimestamp());
        return (version, installed);
    }

    /// <summary>Debian's package of a language.</summary>
    public static string PackageOf(string language) => "tesseract-ocr-" + language.Replace('_', '-').ToLowerInvariant();

    /// <summary>The words of a picture.</summary>
    /// <exception cref="OcrException">The program failed or took too long.</exception>
    public static List<OcrWord> Read(OcrSettings settings, Raster picture, double dpi, TimeSpan limit)
    {
        const string AutomaticPage = "3";
        string[] arguments =
        [
            "stdin", "stdout", "-l", string.Join('+', settings.Languages), "--psm", AutomaticPage,
            "--dpi", ((int)Math.Round(Math.Max(dpi, 70))).ToString(CultureInfo.InvariantCulture),
            "-c", "tessedit_create_tsv=1",
        ];
        string tsv = Run(settings.Program!, arguments, Pgm(picture), limit);
        try
        {
            return TesseractTsv.Parse(tsv);
        }
        catch (FormatException e)
        {
            throw new OcrException(e.Message, e);
        }
    }

    /// <summary>Ends the programs that this process has started: nobody waits for them any more.</summary>
    public static void EndAll()
    {
        lock (Gate)
            foreach (Process process in Running) Kill(process);
    }

    private static string Run(string program, IEnumerable<string> arguments, byte[] input, TimeSpan limit)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["OMP_THREAD_LIMIT"] = "1"; // documents are read side by side, and its threads gain little
        using Process process = Start(start);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            Task given = GiveAsync(process, input);
            if (!Task.WaitAll([output, errors, given], limit) || !process.WaitForExit(limit))
                throw new OcrException($"not finished after {limit.TotalSeconds:F0} s");
            return process.ExitCode == 0
                ? output.Result
                : throw new OcrException($"{Path.GetFileName(program)} ended with exit code {process.ExitCode}: {LastLine(errors.Result)}");
        }
        finally
        {
            Kill(process);
            lock (Gate)
                Running.Remove(process);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        lock (Gate)
        {
            try
            {
                Process process = Process.Start(start) ?? throw new OcrException($"{start.FileName} did not start");
                Running.Add(process);
                return process;
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                throw new OcrException($"{start.FileName} cannot be run ({e.Message})", e);
            }
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    private static async Task GiveAsync(Process process, byte[] input)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything; its exit code says why.
        }
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1].Trim();

    /// <summary>A picture in grey, in the simplest format there is.</summary>
    private static byte[] Pgm(Raster picture)
    {
        byte[] header = Encoding.ASCII.GetBytes($"P5\n{picture.Width} {picture.Height}\n255\n");
        byte[] file = new byte[header.Length + picture.Width * picture.Height];
        header.CopyTo(file, 0);
        int at = header.Length;
        for (int y = 0; y < picture.Height; y++)
        {
            ReadOnlySpan<byte> row = picture.Row(y);
            for (int x = 0; x < picture.Width; x++)
                file[at++] = Grey(row, x);
        }
        return file;
    }

    /// <summary>How light a pixel is: 0 to 255.</summary>
    internal static byte Grey(ReadOnlySpan<byte> row, int x) => (byte)((2 * row[3 * x] + 5 * row[3 * x + 1] + row[3 * x + 2]) / 8);
}
