using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Runtime.Python;

namespace Pipeline.Models.Training.Outputs;

/// <summary>
/// JSON as Python's <c>json</c> writes it, so that logs look to their readers as LLaMA-Factory's do: a float stays a float
/// (<c>20.0</c>), and a line has blanks after its separators.
/// </summary>
internal static class PythonJson
{
    private static readonly JsonSerializerOptions ByTwo = new() { WriteIndented = true };
    private static readonly JsonSerializerOptions ByFour = new() { WriteIndented = true, IndentSize = 4 };

    /// <summary>A float; one that is not finite becomes null, for which JSON has no number.</summary>
    public static JsonNode? Float(double value) => double.IsFinite(value) ? JsonNode.Parse(PythonFloat.Text(value)) : null;

    /// <summary>One line: <c>{"a": 1, "b": 2.0}</c>.</summary>
    public static string Line(JsonObject json) =>
        "{" + string.Join(", ", json.Select(pair => $"{JsonSerializer.Serialize(pair.Key)}: {pair.Value?.ToJsonString() ?? "null"}")) + "}";

    /// <summary>Indented text of a state file, two blanks deep.</summary>
    public static string State(JsonObject json) => json.ToJsonString(ByTwo) + "\n";

    /// <summary>Indented text of a result file, four blanks deep.</summary>
    public static string Results(JsonObject json) => json.ToJsonString(ByFour) + "\n";
}
