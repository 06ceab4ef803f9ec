using Microsoft.Extensions.Logging;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Text;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Weights;

namespace Pipeline.Jobs.Train;

/// <summary>The training stage, using <see cref="LoraTrainer"/>.</summary>
internal sealed class LoraTraining(ILogger<LoraTraining> logger) : IAdapterTraining
{
    private const string Weights = "adapter_model.safetensors";

    public string Version => "2";

    public IReadOnlyList<SettingFault> FindFaults(TrainingSettings settings, string baseModel)
    {
        if (settings.Faults.Count > 0 || ModelFolder.FindFault(baseModel) is not null) return [];       // reported by the checks of those
        DecoderConfig config;
        try
        {
            config = DecoderConfig.Load(baseModel);
            _ = HubTokenizer.Load(baseModel);
        }
        catch (InputException e)
        {
            return [new SettingFault(RunOptionsSchema.NameOf(o => o.BaseModel), e.Message)];
        }
        TrainingArguments arguments = settings.Arguments;
        List<SettingFault> faults = [];
        Try(() => arguments.Lora.CountTrainable(config), faults);
        if (arguments.AdapterNameOrPath is { } adapter
            && AdapterFault(adapter) is { } fault) faults.Add(new SettingFault("adapter_name_or_path", fault));
        else Try(() => LoraTrainer.ChooseTemplate(arguments, baseModel), faults);
        return [.. faults.Select(TrainingSettings.InSection)];
    }

    public void RequirePrerequisites()
    {
    }

    public TrainingOutcome Train(TrainingOrder order, ITrainingProgress progress, CancellationToken ct)
    {
        TrainingResult result = LoraTrainer.Train(order.Arguments, new Observer(progress, logger), ct);
        return new TrainingOutcome(result.Steps, result.FirstLoss, result.LastLoss, result.TrainableParameters, result.AllParameters);
    }

    private static string? AdapterFault(string folder)
    {
        try
        {
            AdapterFolder.ReadConfig(folder);
            AdapterRecord.ReadTemplate(folder);
            return File.Exists(Path.Combine(folder, Weights))
                ? null : $"{folder} has no {Weights}; other formats execute code when they are opened";
        }
        catch (InputException e)
        {
            return e.Message;
        }
    }

    private static void Try(Action check, List<SettingFault> faults)
    {
        try
        {
            check();
        }
        catch (SettingsException e)
        {
            faults.AddRange(e.Faults);
        }
    }

    private sealed class Observer(ITrainingProgress progress, ILogger logger) : ITrainingObserver
    {
        private double _epoch;

        public void OnStarted(TrainingStart start)
        {
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

        // A first attempt has no checkpoint; a warning about that would only alarm.
        public void OnNothingToResume(string outputDir)
        {
        }

        public void OnWarning(string message) => JobsLog.TrainingWarning(logger, message);
    }
}
