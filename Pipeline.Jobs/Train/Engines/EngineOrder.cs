using System.Text.Json;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>What a guard is asked to run; one line of JSON on its standard input.</summary>
/// <param name="Command">Program file and arguments.</param>
/// <param name="Cancel">The same of what to run before the program is stopped; null for nothing.</param>
/// <param name="Environment">Variables beside those of the guard.</param>
/// <param name="GraceSeconds">How long the program may take to end after SIGTERM.</param>
internal sealed record EngineOrder(
    IReadOnlyList<string> Command, IReadOnlyList<string>? Cancel, IReadOnlyDictionary<string, string> Environment, double GraceSeconds)
{
    public string ToLine() => JsonSerializer.Serialize(this);

    public static EngineOrder FromLine(string line) => JsonSerializer.Deserialize<EngineOrder>(line) ?? throw new JsonException("empty order");
}
