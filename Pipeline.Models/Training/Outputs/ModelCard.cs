using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Models.Files;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Models.Training.Outputs;

/// <summary>Writes the <c>README.md</c> of an adapter: what it was trained on and how, and what came out.</summary>
internal static class ModelCard
{
    /// <param name="folder">Adapter folder; its <c>all_results.json</c> is written already.</param>
    /// <param name="arguments">The training.</param>
    /// <param name="data">What it learned from.</param>
    /// <param name="trainable">Weights of the adapter.</param>
    /// <param name="all">Those and the base model's.</param>
    /// <param name="evaluated">Loss of the held-out examples by step; may be empty.</param>
    public static void Write(string folder, TrainingArguments arguments, TrainingData data, long trainable, long all, IReadOnlyList<(int Step, double Loss)> evaluated)
    {
        string baseModel = arguments.ModelNameOrPath;
        var text = new StringBuilder();
        text.AppendLine("---").AppendLine(CultureInfo.InvariantCulture, $"base_model: {JsonValue.Create(baseModel).ToJsonString()}")
            .AppendLine("library_name: peft").AppendLine("pipeline_tag: text-generation")
            .AppendLine("tags:").AppendLine("- lora").AppendLine("- llama-factory").AppendLine("- generated_from_trainer").AppendLine("---").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"A LoRA adapter of `{Path.GetFileName(Path.TrimEndingDirectorySeparator(baseModel))}` in PEFT's format.").AppendLine();
        text.AppendLine("## Data").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{data.Train.Count} training examples, {data.Eval.Count} held out{(arguments.Dataset.Count == 0 ? "" : $", of {string.Join(", ", arguments.Dataset.Concat(arguments.EvalDataset))}")}.")
            .AppendLine(CultureInfo.InvariantCulture, $"SHA-256 of all ids and labels: `{data.Hash}`").AppendLine();
        text.AppendLine("## Result").AppendLine().AppendLine("| metric | value |").AppendLine("|---|---|");
        text.AppendLine(CultureInfo.InvariantCulture, $"| trainable parameters | {trainable:N0} of {all:N0} ({100.0 * trainable / all:F2} %) |");
        foreach ((string key, JsonNode? value) in Results(folder))
            text.AppendLine(CultureInfo.InvariantCulture, $"| {key} | {value?.ToJsonString()} |");
        if (evaluated.Count > 1)
        {
            text.AppendLine().AppendLine("| step | held-out loss |").AppendLine("|---|---|");
            foreach ((int step, double loss) in evaluated)
                text.AppendLine(CultureInfo.InvariantCulture, $"| {step} | {loss:F4} |");
        }
        text.AppendLine().AppendLine("## Configuration").AppendLine().AppendLine("```yaml");
        foreach ((string key, string value) in arguments.Describe())
            text.AppendLine(CultureInfo.InvariantCulture, $"{key}: {value}");
        text.AppendLine("```");
        DurableFiles.Replace(Path.Combine(folder, "README.md"), text.ToString());
    }

    private static JsonObject Results(string folder) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "all_results.json")))!.AsObject();
}
