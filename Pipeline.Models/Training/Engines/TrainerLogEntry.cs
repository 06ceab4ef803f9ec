using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Models.Training.Engines;

/// <summary>One line of <c>trainer_log.jsonl</c>. What a line does not say, or says as no finite number, is null.</summary>
/// <param name="Step">Steps done (<c>current_steps</c>).</param>
/// <param name="TotalSteps">Steps of the training.</param>
/// <param name="Epoch">Passes over the data.</param>
/// <param name="Loss">Mean loss of the steps since the line before.</param>
/// <param name="EvalLoss">Loss of the held-out examples.</param>
/// <param name="LearningRate">Rate of the step (<c>lr</c>, in earlier versions <c>learning_rate</c>).</param>
/// <param name="TokensPerSecond">Tokens per second (<c>throughput</c>).</param>
/// <param name="Diverged">The line has a loss that is no number.</param>
public sealed partial record TrainerLogEntry(
    int Step, int? TotalSteps, double? Epoch, double? Loss, double? EvalLoss, double? LearningRate, double? TokensPerSecond, bool Diverged)
{
    /// <summary>Reads a line.</summary>
    /// <returns>Null for a line that is not JSON or names no step.</returns>
    public static TrainerLogEntry? Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (ParseObject(line) is not { } json || Number(json, "current_steps") is not { } step || step < 0 || step > int.MaxValue)
            return null;
        double? total = Number(json, "total_steps");
        return new TrainerLogEntry((int)step, total is > 0 and <= int.MaxValue
            ? (int)total : null, Number(json, "epoch"), Number(json, "loss"), Number(json, "eval_loss"),
            Number(json, "lr") ?? Number(json, "learning_rate"), Number(json, "throughput"),
            (json.ContainsKey("loss") && Number(json, "loss") is null)
            || (json.ContainsKey("eval_loss") && Number(json, "eval_loss") is null));
    }

    /// <summary>JSON as Python writes it: its NaN and Infinity, for which JSON has no number, become null.</summary>
    /// <returns>Null when the text is no JSON object.</returns>
    public static JsonObject? ParseObject(string text)
    {
        try
        {
            // The strings are matched too, so that what stands in one stays.
            return JsonNode.Parse(PythonNumbers().Replace(text, match => match.Value[0] == '"' ? match.Value : "null")) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static double? Number(JsonObject json, string key) =>
        json[key] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && (double)value is var number
        && double.IsFinite(number) ? number : null;

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b
        """)]
    private static partial Regex PythonNumbers();
}
