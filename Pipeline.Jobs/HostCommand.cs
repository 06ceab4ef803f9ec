namespace Pipeline.Jobs;

/// <summary>Command that starts a child process of this product.</summary>
/// <param name="File">Executable.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record HostCommand(string File, IReadOnlyList<string> Arguments)
{
    /// <summary>Name of the hidden command that runs <see cref="Extract.Worker.ParserWorker"/>.</summary>
    public const string ParseWorker = "parse-worker";

    /// <summary>Name of the hidden command that runs <see cref="Train.Engines.EngineGuard"/>.</summary>
    public const string EngineGuard = "engine-guard";

    /// <summary>A command of the host beside this assembly, run by the same runtime as this process.</summary>
    public static HostCommand Of(string command)
    {
        string host = Path.Combine(AppContext.BaseDirectory, "Pipeline.Web.dll");
        string? self = Environment.ProcessPath;
        string dotnet = Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? self!
            : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return new HostCommand(dotnet, [host, command]);
    }
}
