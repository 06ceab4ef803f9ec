using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Models;
using Pipeline.Web.Hub;

namespace Pipeline.Web.Commands.Generation;

/// <summary><c>pull MODEL_ID</c>: a model from the hub, resumed and checked.</summary>
internal static partial class PullCommand
{
    public static Command Create()
    {
        Argument<string> modelId =
            new("MODEL_ID") { Description = "Repository, e.g. microsoft/Phi-4-mini-instruct or Qwen/Qwen2-VL-2B-Instruct" };
        Option<string> revision = new("--revision") { Description = "Branch, tag or commit", DefaultValueFactory = _ => "main" };
        Option<DirectoryInfo?> folder = new("--out") { Description = "Target folder (default: models/MODEL_NAME)" };
        Command command = new("pull", "Download a model from the hub with resume and checksums (HF_ENDPOINT, HF_TOKEN)") { modelId,
            revision, folder };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(modelId), parsed.GetRequiredValue(revision), parsed.GetValue(folder)?.FullName,
            parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string modelId, string revision, string? folder, TextWriter output,
        CancellationToken cancellationToken)
    {
        if (!ModelIdPattern().IsMatch(modelId))
            throw new InputException($"MODEL_ID '{modelId}': expected OWNER/NAME, e.g. microsoft/Phi-4-mini-instruct");
        string endpoint = Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } configured
            ? configured : "https://huggingface.co";
        if (!Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out Uri? root) || root.Scheme is not ("http" or "https"))
            throw new InputException($"HF_ENDPOINT '{endpoint}': expected an http(s) address");
        folder ??= Path.Combine("models", modelId.Split('/')[1]);

        using HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
        HubDownload download = new(client, root, Environment.GetEnvironmentVariable("HF_TOKEN") is { Length: > 0 } token ? token : null);
        ProgressLines reporter = new(output);
        try
        {
            IReadOnlyList<HubFile> files = await download.RunAsync(modelId, revision, folder, reporter.Report, cancellationToken);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{modelId}@{revision}: {files.Count} files, {files.Sum(f => f.Size) / 1048576.0:F1} MiB in {folder}"));
            return ExitCodes.Success;
        }
        catch (HttpRequestException problem)
        {
            throw new InputException($"{modelId}: {problem.Message} ({root}); what arrived is kept, run the command again to go on",
                problem);
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$")]
    private static partial Regex ModelIdPattern();

    // A line per file and per further 10 %: readable in a terminal and in a log file.
    private sealed class ProgressLines(TextWriter output)
    {
        private string? _file;
        private long _tenth = -1;

        public void Report(HubFile file, long done)
        {
            long tenth = file.Size == 0 ? 10 : done * 10 / file.Size;
            if (_file == file.Path && tenth == _tenth)
                return;
            (_file, _tenth) = (file.Path, tenth);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{file.Path}  {done / 1048576.0:F1} of {file.Size / 1048576.0:F1} MiB  {tenth * 10} %"));
        }
    }
}
