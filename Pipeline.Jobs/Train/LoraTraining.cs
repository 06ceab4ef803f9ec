using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pipeline.Jobs.Dataset;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Text;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Train;

/// <summary>The training stage by <see cref="LoraTrainer"/>.</summary>
internal sealed class LoraTraining(ILogger<LoraTraining> logger) : IAdapterTraining
{
    // What a run uses where neither its settings nor the user say otherwise; the rest are LLaMA-Factory's defaults.
    private static readonly Dictionary<string, JsonNode> Defaults = new()
    {
        ["lora_rank"] = 16,
        ["per_device_train_batch_size"] = 4,
        ["learning_rate"] = 2e-4,
        ["lr_scheduler_type"] = "cosine",
        ["warmup_ratio"] = 0.03,
        ["cutoff_len"] = 1024,
        ["logging_steps"] = 1,
        ["save_steps"] = 50,
        ["save_total_limit"] = 2,
        ["plot_loss"] = true,
    };

    private static readonly string[] FilledIn =
        ["model_name_or_path", "dataset", "eval_dataset", "dataset_dir", "output_dir", "resume_from_checkpoint", "overwrite_output_dir", "val_size"];

    public string Version => "1";

    public string Check(IReadOnlyDictionary<string, JsonElement> settings, string baseModel)
    {
        // With held-out examples, which a run usually has: whether settings that need some can be met is known once the dataset is built.
        TrainingArguments arguments = Arguments(settings, baseModel, "dataset", evalSet: "eval", "output");
        return ModelTemplate.Resolve(arguments.Template, DecoderConfig.Load(baseModel), HubTokenizer.Load(baseModel)).Name;
    }

    public TrainingOutcome Train(TrainingOrder order, ITrainingProgress progress, CancellationToken ct)
    {
        TrainingArguments arguments = Arguments(order.Settings, order.BaseModel, order.DatasetFolder, order.EvalSet, order.OutputFolder);
        TrainingResult result = LoraTrainer.Train(arguments, new Observer(progress, logger), ct);
        return new TrainingOutcome(result.Steps, result.FirstLoss, result.LastLoss, result.TrainableParameters, result.AllParameters);
    }

    /// <summary>Defaults, then the run's settings, then what only the run can know.</summary>
    internal static TrainingArguments Arguments(IReadOnlyDictionary<string, JsonElement> settings, string baseModel, string datasetFolder, string? evalSet, string output)
    {
        JsonObject keys = Keys(settings, baseModel, datasetFolder, evalSet, output);
        keys["resume_from_checkpoint"] = "true";        // a new attempt goes on from the newest sound checkpoint of the last
        return TrainingArguments.Parse(keys.ToJsonString(), "training");
    }

    /// <summary>The same as keys and values, without a word about checkpoints.</summary>
    internal static JsonObject Keys(IReadOnlyDictionary<string, JsonElement> settings, string baseModel, string datasetFolder, string? evalSet, string output)
    {
        string[] taken = settings.Keys.Where(FilledIn.Contains).Order(StringComparer.Ordinal).ToArray();
        if (taken.Length > 0)
            throw new InputException($"training: {string.Join(", ", taken)}: filled in by the run; take it out, and give the model as base_model and the held-out share as dataset.eval_fraction");
        JsonObject all = [];
        foreach ((string key, JsonNode value) in Defaults) all[key] = value.DeepClone();
        foreach ((string key, JsonElement value) in settings) all[key] = JsonNode.Parse(value.GetRawText());
        all["model_name_or_path"] = baseModel;
        all["dataset_dir"] = datasetFolder;
        all["dataset"] = DatasetFiles.Train;
        if (evalSet is not null) all["eval_dataset"] = evalSet;
        all["output_dir"] = output;
        return all;
    }

    private sealed class Observer(ITrainingProgress progress, ILogger logger) : ITrainingObserver
    {
        private int _firstStep;
        private double _epoch;

        public void OnStarted(TrainingStart start)
        {
            _firstStep = start.FirstStep;
            progress.Measured("total_steps", 0, 0, start.TotalSteps);
            JobsLog.TrainingStarted(logger, start.TotalSteps - start.FirstStep, start.FirstStep, start.Examples);
        }

        public void OnStep(TrainingProgress step)
        {
            _epoch = step.Epoch;
            progress.Measured("loss", step.Step, step.Epoch, step.Loss);
            progress.Measured("learning_rate", step.Step, step.Epoch, step.LearningRate);
            progress.Measured("grad_norm", step.Step, step.Epoch, step.GradientNorm);
            progress.Measured("tokens_per_second", step.Step, step.Epoch, step.TokensPerSecond);
        }

        public void OnEvaluated(int step, double loss) => progress.Measured("eval_loss", step, _epoch, loss);

        public void OnCheckpointing(int step) => progress.Flush();

        public void OnCheckpoint(int step, string folder) => progress.CheckpointSaved(step);

        public void OnWarning(string message)
        {
            // A first attempt has no checkpoint; being told so would only alarm.
            if (_firstStep == 0 && message.Contains("no usable checkpoint to go on from", StringComparison.Ordinal)) return;
            JobsLog.TrainingWarning(logger, message);
        }
    }
}
