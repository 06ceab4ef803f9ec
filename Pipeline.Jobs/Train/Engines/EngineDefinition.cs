using System.Text.Json.Nodes;
using Pipeline.Models;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>A program that trains, as the operator defines it.</summary>
/// <param name="Name">Its name in <c>train.engine</c>.</param>
/// <param name="Command">What is executed.</param>
/// <param name="Cancel">
/// What is executed before the program is stopped early, if stopping it does not stop the work, as on a cluster.
/// </param>
/// <param name="Local">Whether it computes on this machine, so that no other job may use the device meanwhile.</param>
/// <param name="Grace">How long it may take to end after SIGTERM.</param>
/// <param name="Environment">Variables in addition to those of this process.</param>
/// <param name="Settings">LLaMA-Factory keys set by the operator, for example <c>deepspeed</c>.</param>
internal sealed record EngineDefinition(
    string Name, CommandTemplate Command, CommandTemplate? Cancel, bool Local, TimeSpan Grace,
    IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, JsonNode?> Settings)
{
    /// <summary>Where the operator defines it.</summary>
    public string Section => $"{EngineCatalog.Section}:{Name}";

    /// <summary>Everything that changes the result for equal inputs.</summary>
    public string Key => CacheKey.Of([
        Name,
        CacheKey.Of([.. Command.Words]),
        CacheKey.Of([.. Environment.OrderBy(v => v.Key, StringComparer.Ordinal).SelectMany(v => new[] { v.Key, v.Value })]),
        CacheKey.Of([.. Settings.OrderBy(s => s.Key, StringComparer.Ordinal)
        .SelectMany(s => new[] { s.Key, s.Value?.ToJsonString() ?? "null" })]),
    ]);

    /// <summary>The program's file.</summary>
    /// <exception cref="MissingPrerequisiteException">It is not installed; the message names it and the fix.</exception>
    public string FindProgram()
    {
        if (Find(Command.Program) is { } found)
            return found;
        string install = Command.Program == "llamafactory-cli"
            ? "install LLaMA-Factory (pip install llamafactory) for the user that runs the workers" : "install it";
        throw new MissingPrerequisiteException(
            $"train.engine: {Name}: the program {Command.Program} is "
            + $"{(Command.Program.Contains('/') ? "not there, or not executable" : "not on PATH")}; {install}, or set {Section}:Command "
            + $"to where it is");
    }

    /// <summary>The cancel command's program; null when there is none.</summary>
    public string? FindCancelProgram() => Cancel is null ? null : Find(Cancel.Program)
        ?? throw new MissingPrerequisiteException(
        $"train.engine: {Name}: the program {Cancel.Program} of {Section}:Cancel is not there; install it, or change the setting");

    private string? Find(string program) =>
        program.Contains('/') ? IsProgram(program)
        ? Path.GetFullPath(program) : null : FindOnPath(program, Environment.GetValueOrDefault("PATH"));

    /// <summary>The file of a program; null when there is none.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="path">Folders to search; null for those of this process.</param>
    internal static string? FindOnPath(string program, string? path)
    {
        path ??= System.Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string file) =>
        !OperatingSystem.IsWindows() && File.Exists(file)
        && (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
