using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pipeline.Client;

/// <summary>The command line of the image API's client.</summary>
internal static class ClientCommand
{
    private const string DefaultQuestion = "Describe this image in detail.";

    private static readonly Option<string> Server = new("--server")
    {
        Description = "Address of the server.",
        DefaultValueFactory = _ =>
        "http://localhost:5000"
    };
    private static readonly Option<bool> Status = new("--status") { Description = "Show whether the model is ready, and end." };
    private static readonly Option<string?> Image =
        new("--image") { Description = "Image file to ask about: JPG, PNG, BMP, TIFF, GIF or WebP." };
    private static readonly Option<string?> Text = new("--text") { Description = $"The question. Without it: \"{DefaultQuestion}\"" };
    private static readonly Option<bool> Base64 =
        new("--base64") { Description = "Send the image as a data URL in JSON instead of a form." };
    private static readonly Option<string?> Batch = new("--batch") { Description = "Folder: ask about each image in it." };
    private static readonly Option<string?> Questions =
        new("--questions") { Description = "With --batch: file with one question per line, each asked about each image." };
    private static readonly Option<string> Output = new("--output")
    {
        Description = "With --batch: where the results go.",
        DefaultValueFactory = _ => "batch_results.json"
    };
    private static readonly Option<bool> Interactive = new("--interactive", "-i") { Description = "Ask questions from the keyboard." };
    private static readonly Option<string?> Token = new("--token") { Description = "The server's token. Without it: AUTH_TOKEN." };

    /// <summary>Parses and runs; errors become one line on <paramref name="error"/> and an exit code.</summary>
    public static async Task<int> RunAsync(string[] args, TextReader input, TextWriter output, TextWriter error)
    {
        RootCommand root = new("Asks a vision-language model about images, over the image API.")
        {
            Server, Status, Image, Text, Base64, Batch, Questions, Output, Interactive, Token,
        };
        root.SetAction((parsed, cancellationToken) => ActAsync(parsed, input, output, cancellationToken));
        ParseResult parsed = root.Parse(args);
        foreach (ParseError problem in parsed.Errors)
            await error.WriteLineAsync(problem.Message);
        if (parsed.Errors.Count > 0)
            return ExitCodes.BadUsage;
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false
            });
        }
        catch (Exception e) when (e is UsageException or NoServerException or RefusedException or OperationCanceledException)
        {
            await error.WriteLineAsync(e is OperationCanceledException ? "stopped" : $"error: {e.Message}");
            return e switch
            {
                UsageException => ExitCodes.BadUsage,
                NoServerException => ExitCodes.NoServer,
                RefusedException => ExitCodes.Failed,
                _ => ExitCodes.Canceled,
            };
        }
    }

    private static async Task<int> ActAsync(ParseResult parsed, TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        (string? image, string? folder) = (parsed.GetValue(Image), parsed.GetValue(Batch));
        bool interactive = parsed.GetValue(Interactive), status = parsed.GetValue(Status), base64 = parsed.GetValue(Base64);
        if (!status && !interactive && image is null && folder is null)
            throw new UsageException("nothing to do; give --status, --image FILE, --batch DIR or --interactive (see --help).");
        if (folder is not null && (image is not null || interactive))
            throw new UsageException("--batch cannot be combined with --image or --interactive; run them one after the other.");
        if (parsed.GetValue(Questions) is not null && folder is null)
            throw new UsageException("--questions needs --batch DIR.");

        using ImageApiClient client = new(Address(parsed.GetValue(Server)!), parsed.GetValue(Token)
            ?? Environment.GetEnvironmentVariable("AUTH_TOKEN"));
        if (status)
            return await ShowStatusAsync(client, output, cancellationToken);
        if (interactive)
        {
            await new InteractiveSession(client, input, output, base64).RunAsync(image, cancellationToken);
            return ExitCodes.Success;
        }
        if (folder is not null)
        {
            int failed = await new BatchRunner(client, output, TimeProvider.System)
                .RunAsync(ImageFiles.In(folder), QuestionsOf(parsed), base64, parsed.GetValue(Output)!, cancellationToken);
            return failed == 0 ? ExitCodes.Success : ExitCodes.Failed;
        }
        await output.WriteLineAsync(await client.AnalyzeAsync(image!, parsed.GetValue(Text) ?? DefaultQuestion, base64, cancellationToken));
        return ExitCodes.Success;
    }

    private static async Task<int> ShowStatusAsync(ImageApiClient client, TextWriter output, CancellationToken cancellationToken)
    {
        ServerStatus status = await client.StatusAsync(cancellationToken);
        await output.WriteLineAsync(
            $"status: {status.Status}\nmessage: {status.Message}\ndevice: {status.Device}\nmodel loaded: "
            + $"{(status.ModelLoaded ? "yes" : "no")}");
        return status.ModelLoaded ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static Uri Address(string server) =>
        Uri.TryCreate(server.EndsWith('/') ? server : server + "/", UriKind.Absolute, out Uri? address)
        && address.Scheme is "http" or "https"
            ? address
            : throw new UsageException($"--server: '{server}' is no address; write it as http://host:5000.");

    private static string[] QuestionsOf(ParseResult parsed)
    {
        if (parsed.GetValue(Questions) is not { } file)
            return [parsed.GetValue(Text) ?? DefaultQuestion];
        if (!File.Exists(file))
            throw new UsageException($"{file}: no such file; --questions takes a text file with one question per line.");
        string[] questions = [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        return questions.Length > 0 ? questions : throw new UsageException($"{file}: no questions in it; write one per line.");
    }
}
