using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Models.Training.Outputs;

/// <summary>
/// JSON as Python's <c>json</c> writes it, so that logs look to their readers as LLaMA-Factory's do: a float stays a float
/// (<c>20.0</c>), and a line has blanks after its separators.
/// </summary>
internal static class PythonJson
{
    private const int FirstPowerInExponentForm = 16, LastPowerInDecimalForm = -4;
    private static readonly JsonSerializerOptions ByTwo = new() { WriteIndented = true };
    private static readonly JsonSerializerOptions ByFour = new() { WriteIndented = true, IndentSize = 4 };

    /// <summary>A float; one that is not finite becomes null, for which JSON has no number.</summary>
    public static JsonNode? Float(double value) => double.IsFinite(value) ? JsonNode.Parse(Text(value)) : null;

    /// <summary>
    /// Shortest text that reads back as the same float, as Python's <c>repr</c>: <c>0.0001</c>, <c>5e-05</c>, <c>1e+16</c>.
    /// </summary>
    public static string Text(double value)
    {
        string shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        for (int digits = 0; digits < 17; digits++)
        {
            shortest = value.ToString("E" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(shortest, CultureInfo.InvariantCulture) == value)
                break;
        }
        string sign = value < 0 ? "-" : "";
        string[] parts = shortest.TrimStart('-').Split('E');
        string mantissa = parts[0].Replace(".", "", StringComparison.Ordinal);
        int power = int.Parse(parts[1], CultureInfo.InvariantCulture);
        if (power is >= FirstPowerInExponentForm or < LastPowerInDecimalForm)
            return $"{sign}{mantissa[..1]}{(mantissa.Length > 1 ? "." + mantissa[1..] : "")}e{(power < 0 ? "-" : "+")}{Math.Abs(power):00}";
        if (power < 0)
            return $"{sign}0.{new string('0', -power - 1)}{mantissa}";
        string whole = mantissa.PadRight(power + 1, '0')[..(power + 1)];
        string fraction = mantissa.Length > power + 1 ? mantissa[(power + 1)..] : "0";
        return $"{sign}{whole}.{fraction}";
    }

    /// <summary>One line: <c>{"a": 1, "b": 2.0}</c>.</summary>
    public static string Line(JsonObject json) =>
        "{" + string.Join(", ", json.Select(pair => $"{JsonSerializer.Serialize(pair.Key)}: {pair.Value?.ToJsonString() ?? "null"}")) + "}";

    /// <summary>Indented text of a state file, two blanks deep.</summary>
    public static string State(JsonObject json) => json.ToJsonString(ByTwo) + "\n";

    /// <summary>Indented text of a result file, four blanks deep.</summary>
    public static string Results(JsonObject json) => json.ToJsonString(ByFour) + "\n";
}
