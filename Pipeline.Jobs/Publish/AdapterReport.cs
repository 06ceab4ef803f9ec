using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Train;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Publish;

/// <summary>What the adapter folder says about where the adapter comes from and how good it is.</summary>
internal sealed class AdapterReport(Run run, RunOptions options, DatasetRow dataset, Training training, Evaluation? evaluation)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Files that <see cref="WriteAsync"/> writes.</summary>
    public static IReadOnlyList<string> Files { get; } = ["eval_results.json", "all_results.json", "README.md"];

    /// <summary>Writes <c>eval_results.json</c>, adds its values to <c>all_results.json</c>, and writes the model card.</summary>
    public async Task WriteAsync(string folder, string name, CancellationToken ct)
    {
        if (evaluation is not null)
        {
            JsonObject results = new()
            {
                ["eval_loss"] = evaluation.AdapterLoss,
                ["eval_perplexity"] = evaluation.AdapterPerplexity,
                ["eval_base_loss"] = evaluation.BaseLoss,
                ["eval_base_perplexity"] = evaluation.BasePerplexity,
                ["eval_samples"] = evaluation.Examples,
                ["eval_tokens"] = evaluation.Tokens,
            };
            await File.WriteAllTextAsync(Path.Combine(folder, "eval_results.json"), results.ToJsonString(Indented) + "\n", ct);
            string allPath = Path.Combine(folder, "all_results.json");
            JsonObject all = File.Exists(allPath) ? JsonNode.Parse(await File.ReadAllTextAsync(allPath, ct))!.AsObject() : [];
            foreach ((string key, JsonNode? value) in results) all[key] = value!.DeepClone();
            await File.WriteAllTextAsync(allPath, all.ToJsonString(Indented) + "\n", ct);
        }
        await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), Card(name), ct);
    }

    private string Card(string name)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        string settings = string.Concat(options.Training.Given.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"| `{s.Key}` | `{s.Value.GetRawText()}` |\n"));
        string measured = evaluation is null
            ? "The dataset had no held-out examples, so nothing was measured.\n"
            : string.Create(c, $"""
                | on {evaluation.Examples} held-out examples ({evaluation.Tokens} target tokens) | loss | perplexity |
                |---|---|---|
                | base model | {evaluation.BaseLoss:F4} | {evaluation.BasePerplexity:F2} |
                | this adapter | {evaluation.AdapterLoss:F4} | {evaluation.AdapterPerplexity:F2} |

                """);
        string baseName = Path.GetFileName(training.BaseModel.TrimEnd('/'));
        return string.Create(c, $"""
            ---
            base_model: {JsonSerializer.Serialize(baseName)}
            library_name: peft
            tags:
            - lora
            ---

            # {name}

            LoRA adapter for `{baseName}`, trained on {dataset.TrainExamples} instruction examples made from the documents of run `{run.Name}` ({run.Id}).

            {training.Steps} optimizer steps, loss {training.FirstLoss:F4} at the first and {training.LastLoss:F4} at the last;
            {training.TrainableParameters:N0} trainable of {training.AllParameters:N0} parameters{(options.Train.Engine == TrainOptions.Builtin ? "" : $", by the engine `{options.Train.Engine}`")}.

            ## Evaluation

            {measured}
            ## Training settings

            | name | value |
            |---|---|
            {settings}
            The examples were made from documents by rule and not checked by people; answers may be wrong.

            """);
    }
}
