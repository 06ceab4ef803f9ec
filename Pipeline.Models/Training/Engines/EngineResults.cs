using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Files;

namespace Pipeline.Models.Training.Engines;

/// <summary>The files that transformers writes when a training ends.</summary>
public static class EngineResults
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>One entry of the history in <c>trainer_state.json</c>.</summary>
    /// <param name="Number">Optimizer steps done.</param>
    /// <param name="Epoch">Passes over the data.</param>
    /// <param name="Loss">Mean loss since the entry before; null when it is no finite number.</param>
    /// <param name="GradientNorm">Norm of the gradients before clipping; null when it is no finite number.</param>
    public readonly record struct Step(int Number, double Epoch, double? Loss, double? GradientNorm);

    /// <summary>The entries that name a step.</summary>
    /// <param name="output">Output folder of the engine.</param>
    public static IEnumerable<Step> History(string output) =>
        from entry in (Read(output, "trainer_state.json")?["log_history"] as JsonArray ?? []).OfType<JsonObject>()
        where Number(entry, "step") is >= 0 and <= int.MaxValue
        select new Step((int)Number(entry, "step")!.Value, Number(entry, "epoch") ?? 0, Number(entry, "loss"), Number(entry, "grad_norm"));

    /// <summary>Mean loss of the whole training, or null when no file says it.</summary>
    /// <param name="output">Output folder of the engine.</param>
    public static double? TrainLoss(string output) =>
        Read(output, "train_results.json") is { } results ? Number(results, "train_loss") : null;

    /// <summary>
    /// Turns Python's JSON with NaN into valid JSON and removes what must not be published: pickles, which execute code when they
    /// are opened.
    /// </summary>
    /// <param name="output">Output folder of the engine.</param>
    public static void Tidy(string output)
    {
        foreach (string path in Directory.GetFiles(output, "*.json"))
        {
            string text = File.ReadAllText(path);
            if (IsJson(text)) continue;
            if (TrainerLogEntry.ParseObject(text) is { } json) DurableFiles.Replace(path, json.ToJsonString(Indented) + "\n");
            else File.Delete(path);
        }
        foreach (string file in Directory.GetFiles(output)
            .Where(file => Path.GetExtension(file) is ".bin" or ".pt" or ".pth" or ".pkl")) File.Delete(file);
    }

    private static bool IsJson(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonObject? Read(string output, string name) =>
        Path.Combine(output, name) is var path && File.Exists(path) ? TrainerLogEntry.ParseObject(File.ReadAllText(path)) : null;

    private static double? Number(JsonObject json, string key) =>
        json[key] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && (double)value is var number
        && double.IsFinite(number) ? number : null;
}
