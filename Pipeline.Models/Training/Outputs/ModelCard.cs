using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Models.Files;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Configuration;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Models.Training.Outputs;

/// <summary>The <c>README.md</c> of an adapter: what it was trained on and how, what came out, and where it comes from.</summary>
internal static class ModelCard
{
    public const string FileName = "README.md";

    // Everything from here on is written by Complete, and written anew when it completes a card again.
    private const string CompletedFrom = "<!-- completed at publication -->";
    private const string Fence = "---";

    /// <summary>Writes the card of a training.</summary>
    /// <param name="folder">Adapter folder; its <c>all_results.json</c> is written already.</param>
    /// <param name="arguments">The training.</param>
    /// <param name="data">What it learned from.</param>
    /// <param name="trainable">Weights of the adapter.</param>
    /// <param name="all">Those and the base model's.</param>
    /// <param name="evaluated">Loss of the held-out examples by step; may be empty.</param>
    public static void Write(
        string folder, TrainingArguments arguments, TrainingData data, long trainable, long all,
        IReadOnlyList<(int Step, double Loss)> evaluated)
    {
        string baseModel = NameOf(arguments.ModelNameOrPath);
        string datasets = arguments.Dataset.Count == 0 ? "" : $", of {string.Join(", ", arguments.Dataset.Concat(arguments.EvalDataset))}";
        StringBuilder text = new();
        text.Append(FrontMatter(baseModel, ["llama-factory", "generated_from_trainer"]));
        Line(text, $"# {NameOf(folder)}").AppendLine();
        Line(text, $"A LoRA adapter of `{baseModel}` in PEFT's format.").AppendLine();
        text.AppendLine("## Data").AppendLine();
        Line(text, $"{data.Train.Count} training examples, {data.Eval.Count} held out{datasets}.");
        Line(text, $"SHA-256 of all ids and labels: `{data.Hash}`").AppendLine();
        text.AppendLine("## Result").AppendLine().AppendLine("| metric | value |").AppendLine("|---|---|");
        Line(text, $"| trainable parameters | {trainable:N0} of {all:N0} ({100.0 * trainable / all:F2} %) |");
        foreach ((string key, JsonNode? value) in ResultFiles.Read(folder, ResultFiles.All))
            Line(text, $"| {key} | {value?.ToJsonString()} |");
        if (evaluated.Count > 1)
        {
            text.AppendLine().AppendLine("| step | held-out loss |").AppendLine("|---|---|");
            foreach ((int step, double loss) in evaluated)
                Line(text, $"| {step} | {loss:F4} |");
        }
        text.AppendLine().AppendLine("## Configuration").AppendLine().AppendLine("```yaml");
        foreach ((string key, string value) in arguments.Describe())
            Line(text, $"{key}: {value}");
        text.AppendLine("```");
        DurableFiles.Replace(Path.Combine(folder, FileName), text.ToString());
    }

    /// <summary>
    /// Gives a card its published name and adds evaluation and provenance. A card of another program keeps its text and its front matter;
    /// where there is no card, one is begun.
    /// </summary>
    public static void Complete(string folder, AdapterCompletion completion)
    {
        string path = Path.Combine(folder, FileName);
        (string front, string body) = Split(File.Exists(path) ? File.ReadAllText(path) : "");
        StringBuilder text = new();
        text.Append(HasMapping(front) ? $"{Fence}\n{front}\n{Fence}\n\n" : FrontMatter(BaseModelOf(completion), []));
        text.Append(Titled(body, completion.Name)).AppendLine().AppendLine(CompletedFrom);
        AddEvaluation(text, completion.Evaluation);
        if (completion.Examination.Count > 0)
        {
            text.AppendLine().AppendLine("## Examination").AppendLine();
            foreach (string sentence in completion.Examination)
                Line(text, $"- {sentence}");
        }
        AddTable(text, "Provenance", Flat(completion.Provenance));
        if (completion.Settings.Count > 0)
            AddTable(text, "Settings given", completion.Settings);
        text.AppendLine().AppendLine("The examples were made from documents by rule and not checked by people; answers may be wrong.");
        DurableFiles.Replace(path, text.ToString());
    }

    private static void AddEvaluation(StringBuilder text, HeldOutComparison? evaluation)
    {
        text.AppendLine().AppendLine("## Evaluation").AppendLine();
        if (evaluation is not { } measured)
        {
            text.AppendLine("The dataset had no held-out examples, so the adapter was not compared with its base model.");
            return;
        }
        Line(text, $"| on {measured.Examples} held-out examples ({measured.TargetTokens} target tokens) | loss | perplexity |");
        text.AppendLine("|---|---|---|");
        Line(text, $"| base model | {measured.BaseLoss:F4} | {Math.Exp(measured.BaseLoss):F2} |");
        Line(text, $"| this adapter | {measured.AdapterLoss:F4} | {Math.Exp(measured.AdapterLoss):F2} |");
    }

    private static void AddTable(StringBuilder text, string title, IEnumerable<KeyValuePair<string, string>> rows)
    {
        text.AppendLine();
        Line(text, $"## {title}").AppendLine();
        text.AppendLine("| name | value |").AppendLine("|---|---|");
        foreach ((string name, string value) in rows)
            Line(text, $"| {Cell(name)} | `{Cell(value)}` |");
    }

    private static IEnumerable<KeyValuePair<string, string>> Flat(JsonObject provenance) =>
        from topic in provenance
        from entry in topic.Value as JsonObject ?? new JsonObject { [""] = topic.Value?.DeepClone() }
        select KeyValuePair.Create($"{topic.Key} {entry.Key}".TrimEnd(), entry.Value?.ToString() ?? "");

    private static string BaseModelOf(AdapterCompletion completion) => (string?)completion.Provenance["base_model"] ?? "";

    /// <summary>The body with the published name as its title, without what an earlier completion added.</summary>
    private static string Titled(string body, string name)
    {
        int completed = body.IndexOf(CompletedFrom, StringComparison.Ordinal);
        string[] lines = (completed < 0 ? body : body[..completed]).Trim().ReplaceLineEndings("\n").Split('\n');
        int title = Array.FindIndex(lines, line => line.StartsWith("# ", StringComparison.Ordinal));
        if (title < 0)
            return $"# {name}\n\n{string.Join('\n', lines)}".TrimEnd() + "\n";
        lines[title] = $"# {name}";
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>The YAML between the fences and the rest; a text without fences is all body.</summary>
    private static (string Front, string Body) Split(string text)
    {
        text = text.ReplaceLineEndings("\n").TrimStart('\uFEFF');
        if (!text.StartsWith(Fence + "\n", StringComparison.Ordinal) || text.IndexOf($"\n{Fence}\n", StringComparison.Ordinal) is var end
            && end < 0)
            return ("", text);
        int first = Fence.Length + 1;
        return (text[first..Math.Max(first, end)], text[(end + Fence.Length + 2)..]);
    }

    /// <summary>Whether a hub could read it; a broken one is replaced, for it would hide the whole card.</summary>
    private static bool HasMapping(string front)
    {
        try
        {
            return YamlText.ReadRoot(front, FileName) is YamlMappingNode;
        }
        catch (InputException)
        {
            return false;
        }
    }

    private static string FrontMatter(string baseModel, string[] tags)
    {
        StringBuilder text = new();
        text.AppendLine(Fence);
        Line(text, $"base_model: {JsonValue.Create(baseModel).ToJsonString()}");
        text.AppendLine("library_name: peft").AppendLine("pipeline_tag: text-generation").AppendLine("tags:").AppendLine("- lora");
        foreach (string tag in tags)
            Line(text, $"- {tag}");
        return text.AppendLine(Fence).AppendLine().ToString();
    }

    /// <summary>A folder's own name, for where it lies says nothing to a reader of the card; a name of the hub stays.</summary>
    private static string NameOf(string model) =>
        Directory.Exists(model) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model))) : model;

    private static string Cell(string text) =>
        text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal).Replace('`', '\'');

    private static StringBuilder Line(StringBuilder text, FormattableString line) =>
        text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
