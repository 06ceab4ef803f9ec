namespace Pipeline.Client;

/// <summary>Questions from the keyboard, about one image after another.</summary>
internal sealed class InteractiveSession(ImageApiClient client, TextReader input, TextWriter output, bool base64)
{
    private static readonly string[] Farewells = ["salir", "exit", "quit"];

    /// <summary>Runs until <c>exit</c>, <c>salir</c> or the end of input.</summary>
    /// <param name="image">First image, or null to ask for one.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    /// <exception cref="NoServerException">No server responds.</exception>
    public async Task RunAsync(string? image, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync("Type a question, 'image FILE' for another image, 'exit' or 'salir' to end.");
        while (true)
        {
            await output.WriteAsync(image is null ? "image> " : $"{Path.GetFileName(image)}> ");
            await output.FlushAsync(cancellationToken);
            string? line = (await input.ReadLineAsync(cancellationToken))?.Trim();
            if (line is null || Farewells.Contains(line, StringComparer.OrdinalIgnoreCase))
                return;
            if (line.Length == 0)
                continue;
            if (line.StartsWith("image ", StringComparison.OrdinalIgnoreCase))
                image = await ChooseAsync(line["image ".Length..].Trim()) ?? image;
            else if (image is null)
                image = await ChooseAsync(line);
            else
                await AskAsync(image, line, cancellationToken);
        }
    }

    private async Task<string?> ChooseAsync(string file)
    {
        if (File.Exists(file))
            return file;
        await output.WriteLineAsync($"{file}: no such file");
        return null;
    }

    private async Task AskAsync(string image, string question, CancellationToken cancellationToken)
    {
        try
        {
            await output.WriteLineAsync(await client.AnalyzeAsync(image, question, base64, cancellationToken));
        }
        catch (Exception e) when (e is RefusedException or UsageException)
        {
            await output.WriteLineAsync($"error: {e.Message}");
        }
    }
}
