namespace Pipeline.Jobs.Extract.Worker;

/// <summary>How a parser process is started.</summary>
/// <param name="File">Executable.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ParserCommand(string File, IReadOnlyList<string> Arguments)
{
    /// <summary>Name of the hidden command that runs <see cref="ParserWorker"/>.</summary>
    public const string CommandName = "parse-worker";

    /// <summary>The host beside this assembly, run by the same runtime as this process.</summary>
    public static ParserCommand OfThisProduct()
    {
        string host = Path.Combine(AppContext.BaseDirectory, "Pipeline.Web.dll");
        string? self = Environment.ProcessPath;
        string dotnet = Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? self!
            : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return new ParserCommand(dotnet, [host, CommandName]);
    }
}
