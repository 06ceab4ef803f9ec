using System.Text.Json;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>A report of a guard; one line of JSON on its standard output.</summary>
/// <param name="Line">A line of the program's output, shortened.</param>
/// <param name="IsError">Whether the line came from standard error.</param>
/// <param name="Alone">The guard holds the folder, and no other engine works in it any more.</param>
/// <param name="ExitCode">The program and all its children have ended; 128 + N after signal N.</param>
internal sealed record EngineMessage(string? Line = null, bool IsError = false, bool Alone = false, int? ExitCode = null)
{
    public string ToLine() => JsonSerializer.Serialize(this);

    public static EngineMessage? FromLine(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<EngineMessage>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
