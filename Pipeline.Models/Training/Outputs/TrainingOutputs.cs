using Pipeline.Models.Files;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;
using Pipeline.Models.Weights;

namespace Pipeline.Models.Training.Outputs;

/// <summary>
/// The files that a finished training leaves in its output folder. Each appears whole or not at all, and all can be written
/// again from the last checkpoint, so a kill between them costs nothing but a resume.
/// </summary>
internal sealed class TrainingOutputs(TrainingArguments arguments, TrainingData data, LoraAdapter adapter, TrainingLog log,
    TrainerState state)
{
    // What other programs need to turn text into the ids that the adapter was trained on.
    private static readonly string[] TokenizerFiles =
        ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "tokenizer.model", "chat_template.jinja"];

    private string Folder => arguments.OutputDir;

    /// <summary>Whether a folder holds an adapter.</summary>
    public static bool Exist(string outputDir) => File.Exists(Path.Combine(outputDir, AdapterFolder.WeightsFile));

    /// <summary>Removes the adapter of an earlier training, which could be taken for that of the one now under way.</summary>
    public static void Clear(string outputDir) => File.Delete(Path.Combine(outputDir, AdapterFolder.WeightsFile));

    /// <summary>Removes what a kill left half written.</summary>
    public static void ClearLeftovers(string outputDir)
    {
        foreach (string leftover in Directory.GetFiles(outputDir, AdapterFolder.WeightsFile + ".*.tmp"))
            File.Delete(leftover);
    }

    /// <summary>Writes everything.</summary>
    /// <param name="evaluation">Of the held-out examples at the end; null without any.</param>
    /// <param name="evalBatches">Batches of that evaluation.</param>
    /// <param name="flops">Floating-point operations of the training.</param>
    /// <param name="allParameters">Weights of base model and adapter.</param>
    public void Write(LossResult? evaluation, int evalBatches, double flops, long allParameters)
    {
        if (data.Template is { } template)
            AdapterRecord.Create(Folder, template);
        AdapterFolder.Save(Folder, adapter, arguments.ModelNameOrPath);
        log.Finish(data.Train.Count, flops);
        if (evaluation is not null)
            log.FinishEvaluation(evaluation.Loss, evaluation.Seconds, evaluation.Examples, evalBatches);
        if (arguments.PlotLoss)
            DrawLosses();
        CopyTokenizer();
        ModelCard.Write(Folder, arguments, data, adapter.ParameterCount, allParameters, Points("eval_loss"));
        DurableFiles.FlushFolder(Folder);
    }

    private void DrawLosses()
    {
        IReadOnlyList<(int Step, double Loss)> train = Points("loss"), held = Points("eval_loss");
        LossPlot.Save(Path.Combine(Folder, "training_loss.png"), "Training loss", train, held);
        if (held.Count > 0)
            LossPlot.Save(Path.Combine(Folder, "training_eval_loss.png"), "Loss of the held-out examples", [], held);
    }

    private void CopyTokenizer()
    {
        string model = ModelFolder.Locate(arguments.ModelNameOrPath);
        foreach (string name in TokenizerFiles)
        {
            string source = Path.Combine(model, name), target = Path.Combine(Folder, name);
            if (!File.Exists(source))
                continue;
            DurableFiles.Replace(target, temporary => File.Copy(source, temporary, overwrite: true));
        }
    }

    private IReadOnlyList<(int Step, double Loss)> Points(string key) =>
        [.. state.History.Where(entry => entry[key] is not null).Select(entry => ((int)entry["step"]!, (double)entry[key]!))];
}
