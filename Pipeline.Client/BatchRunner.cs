using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Client;

/// <summary>Asks every question about every image in a folder; the answers so far are always on disk.</summary>
internal sealed class BatchRunner(ImageApiClient client, TextWriter output, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,   // a file, never HTML: keep accents readable
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Runs the batch. A refused image is recorded and does not stop it; a dead server does.</summary>
    /// <param name="files">Images.</param>
    /// <param name="questions">Asked about each of them.</param>
    /// <param name="base64">Sends data URLs instead of forms.</param>
    /// <param name="resultsFile">Rewritten after every answer.</param>
    /// <param name="cancellationToken">Stops after the current question.</param>
    /// <returns>How many questions failed.</returns>
    /// <exception cref="NoServerException">No server responds.</exception>
    public async Task<int> RunAsync(IReadOnlyList<string> files, IReadOnlyList<string> questions, bool base64, string resultsFile,
        CancellationToken cancellationToken)
    {
        DateTimeOffset started = time.GetUtcNow();
        List<BatchResult> results = new();
        int total = files.Count * questions.Count;
        foreach (string file in files)
            foreach (string question in questions)
            {
                long before = Stopwatch.GetTimestamp();
                BatchResult result = await AskAsync(file, question, base64, cancellationToken);
                result = result with { Seconds = Math.Round(Stopwatch.GetElapsedTime(before).TotalSeconds, 3) };
                results.Add(result);
                Save(new BatchReport(started, total, results.Count(r => r.Success), results.Count(r => !r.Success), results), resultsFile);
                await output.WriteLineAsync(
                    $"[{results.Count}/{total}] {Path.GetFileName(file)}: {(result.Success ? "ok" : "failed: " + result.Error)} "
                    + $"({result.Seconds:0.0} s)");
            }
        int failed = results.Count(r => !r.Success);
        await output.WriteLineAsync($"{total - failed} of {total} answered, results in {resultsFile}");
        return failed;
    }

    private async Task<BatchResult> AskAsync(string file, string question, bool base64, CancellationToken cancellationToken)
    {
        try
        {
            return new BatchResult(Path.GetFileName(file), question, true,
                await client.AnalyzeAsync(file, question, base64, cancellationToken), null, 0);
        }
        catch (Exception e) when (e is RefusedException { Status: not 401 } or UsageException)
        {
            return new BatchResult(Path.GetFileName(file), question, false, null, e.Message, 0);
        }
    }

    private static void Save(BatchReport report, string file)
    {
        string temporary = file + ".tmp";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(report, Json));
        File.Move(temporary, file, overwrite: true);
    }

    private sealed record BatchReport(
        [property: JsonPropertyName("started")] DateTimeOffset Started,
        [property: JsonPropertyName("total")] int Total,
        [property: JsonPropertyName("succeeded")] int Succeeded,
        [property: JsonPropertyName("failed")] int Failed,
        [property: JsonPropertyName("results")] IReadOnlyList<BatchResult> Results);

    private sealed record BatchResult(
        [property: JsonPropertyName("image")] string Image,
        [property: JsonPropertyName("question")] string Question,
        [property: JsonPropertyName("success")] bool Success,
        [property: JsonPropertyName("response")] string? Response,
        [property: JsonPropertyName("error")] string? Error,
        [property: JsonPropertyName("seconds")] double Seconds);
}
