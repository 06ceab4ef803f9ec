using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Datasets;
using Pipeline.Models.Datasets.Declared;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Weights;

namespace Pipeline.Models.Training.Batches;

/// <summary>
/// The rows of a configuration's datasets as ids and labels, without a training, for any stage of LLaMA-Factory: to see what another
/// program will train on, or to compare with it.
/// </summary>
public static class TokenRows
{
    /// <summary>Stages that rows can be encoded for.</summary>
    public static IReadOnlyList<string> Stages { get; } = ["sft", "pt", "rm", "dpo", "kto"];

    /// <summary>The rows that are kept, each a JSON object with LLaMA-Factory's columns.</summary>
    /// <param name="arguments">Model, template, datasets and lengths.</param>
    /// <param name="stage">One of <see cref="Stages"/>.</param>
    /// <param name="warn">Told of each row that is left out, by number.</param>
    /// <exception cref="InputException">The stage is not known, or model, template or datasets cannot be read.</exception>
    public static IEnumerable<string> Read(TrainingArguments arguments, string stage, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (!Stages.Contains(stage))
            throw new InputException($"--stage {stage}: expected one of {string.Join(", ", Stages)}");
        string folder = ModelFolder.Locate(arguments.ModelNameOrPath);
        ChosenTemplate chosen = LoraTrainer.ChooseTemplate(arguments, folder);
        HubTokenizer tokenizer = TemplateTokens.Prepare(chosen.Template, HubTokenizer.Load(folder)).Tokenizer;
        StageEncoder encoder = new(chosen.Template, tokenizer, arguments.ForStage with { Stage = stage });
        return encoder.Encode(DatasetMix.Load(arguments, arguments.Dataset, stage), warn).Select(row => Json(row).ToJsonString());
    }

    private static JsonObject Json(EncodedRow row)
    {
        JsonObject json = new();
        Add(row.Rejected is null ? "" : "chosen_", row.Example);
        if (row.Rejected is { } rejected)
            Add("rejected_", rejected);
        if (row.Mismatched is { } other)
            Add("kl_", other);
        if (row.IsWanted is { } wanted)
            json["kto_tags"] = wanted;
        if (row.Example.Parts.Count > 0)
            json["lengths"] = JsonSerializer.SerializeToNode(row.Example.Parts);
        return json;

        void Add(string prefix, TokenizedExample example)
        {
            json[prefix + "input_ids"] = JsonSerializer.SerializeToNode(example.InputIds);
            json[prefix + "labels"] = JsonSerializer.SerializeToNode(example.Labels);
        }
    }
}
