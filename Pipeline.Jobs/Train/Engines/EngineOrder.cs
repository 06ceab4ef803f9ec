using System.Text.Json;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>The command for a guard; one line of JSON on its standard input.</summary>
/// <param name="Command">Program file and arguments.</param>
/// <param name="Cancel">The same for the command to run before the program is stopped; null for none.</param>
/// <param name="Environment">Variables in addition to those of the guard.</param>
/// <param name="GraceSeconds">How long the program may take to end after SIGTERM.</param>
internal sealed record EngineOrder(
    IReadOnlyList<string> Command, IReadOnlyList<string>? Cancel, IReadOnlyDictionary<string, string> Environment, double GraceSeconds)
{
    public string ToLine() => JsonSerializer.Serialize(this);

    public static EngineOrder FromLine(string line) =>
        JsonSerializer.Deserialize<EngineOrder>(line) ?? throw new JsonException("empty order");
}
