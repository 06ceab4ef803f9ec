using System.CommandLine;

namespace Pipeline.Web.Commands;

/// <summary>Options that several commands share, so that they read the same everywhere.</summary>
internal static class CommonOptions
{
    /// <summary><c>--data</c>: defaults to <c>PIPELINE_DATA</c>, then <c>data</c> in the working folder.</summary>
    public static Option<string> Data() => new("--data")
    {
        Description = "Folder of everything the product keeps: embedded database, artifacts, uploads",
        HelpName = "DIR",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PIPELINE_DATA") is { Length: > 0 } folder ? folder : "data",
    };
}
