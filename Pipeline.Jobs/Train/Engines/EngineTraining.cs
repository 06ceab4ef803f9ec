using Microsoft.Extensions.Logging;
using Pipeline.Models;
using Pipeline.Models.Lora;
using Pipeline.Models.Templates;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Engines;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>The training stage, done by another program with the same configuration and dataset files.</summary>
internal sealed class EngineTraining(EngineDefinition engine, IAdapterTraining builtin, TimeProvider time, ILogger logger)
    : IAdapterTraining
{
    private const string ConfigFile = "train.yaml", EngineFolder = "engine", Weights = "adapter_model.safetensors";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(300), UntilEarlierOneIsGone = TimeSpan.FromSeconds(30);

    public string Version => $"engine/1 {builtin.Version} {engine.Key}";

    public IReadOnlyList<SettingFault> FindFaults(TrainingSettings settings, string baseModel) =>
    [
        .. builtin.FindFaults(settings, baseModel),       // the later stages read the same settings
        .. EngineConfiguration.Faults(settings.Given, $"{engine.Section}:Settings").Select(TrainingSettings.InSection),
    ];

    public void RequirePrerequisites()
    {
        EngineProcess.RequireHelpers();
        engine.FindProgram();
        engine.FindCancelProgram();
    }

    public TrainingOutcome Train(TrainingOrder order, ITrainingProgress progress, CancellationToken ct)
    {
        if (FindFaults(order.Settings, order.BaseModel) is { Count: > 0 } faults) throw new SettingsException(faults);
        RequirePrerequisites();
        ChosenTemplate chosen = TemplateRule.Named(LoraTrainer.ChooseTemplate(order.Settings.Arguments, order.BaseModel), order.BaseModel);
        if (chosen.Warning is { } warning) Warn(warning);
        string template = chosen.Template.Name;
        string folder = Path.Combine(Path.GetDirectoryName(order.OutputFolder)!, EngineFolder);
        Directory.CreateDirectory(folder);
        EngineOutput output = new(engine.Name, logger, time);
        EngineProgress measured = new(order, progress, logger, Warn);
        using EngineProcess process = EngineProcess.Start(folder);
        process.WaitUntilAlone(2 * engine.Grace + UntilEarlierOneIsGone, output, ct);
        // Nothing writes to the files of an earlier engine from here on.
        (int Step, string Folder)? checkpoint = EngineCheckpoints.FindNewest(order.OutputFolder, Warn);
        Clear(order.OutputFolder, goesOn: checkpoint is not null);
        measured.ResumeFrom(checkpoint?.Step ?? 0);
        string config = Path.Combine(folder, ConfigFile);
        TrainingArguments arguments = WriteConfiguration(config, order, template, checkpoint?.Folder);
        string job = $"train-{Guid.CreateVersion7(time.GetUtcNow()):N}";
        process.Run(new EngineOrder(
            [engine.FindProgram(), .. engine.Command.Fill(config, order, job).Skip(1)],
            engine.FindCancelProgram() is { } cancel ? [cancel, .. engine.Cancel!.Fill(config, order, job).Skip(1)] : null,
            engine.Environment, engine.Grace.TotalSeconds));
        Follow(process, measured, output, ct);
        return Import(order, arguments, template, measured, output);
    }

    private void Follow(EngineProcess process, EngineProgress measured, EngineOutput output, CancellationToken ct)
    {
        try
        {
            while (process.Read(PollInterval, output))
            {
                measured.Read();
                if (ct.IsCancellationRequested) process.Stop(output);
            }
        }
        finally
        {
            measured.Read();
            output.LogSkipped();
        }
        ct.ThrowIfCancellationRequested();
        if (process.ExitCode is not { } code)
            throw new IOException(Named(
                $"the process that watches over it ended early ({process.Reap()}); the training is tried again from its last checkpoint"));
        if (code != 0)
            throw new InputException(
                Named(
                $"{engine.Command.Program} ended with "
                + $"{(code > 128 ? $"signal {code - 128}" : $"exit code {code}")}:{Environment.NewLine}{output.Tail}"));
    }

    private TrainingArguments WriteConfiguration(string path, TrainingOrder order, string template, string? checkpoint)
    {
        TrainingArguments arguments = order.Arguments with
        {
            Retention = "none",             // only the built-in training knows it
            RetentionLanguages = [],
            // it works in another folder
            AdapterNameOrPath = order.Arguments.AdapterNameOrPath is { } adapter ? Path.GetFullPath(adapter) : null,
            ResumeFromCheckpoint = checkpoint,
        };
        File.WriteAllText(path, EngineConfiguration.Write(arguments, order.Settings.Given, template, engine.Settings));
        return arguments;
    }

    /// <summary>Removes leftovers of an earlier attempt: all, or all but checkpoints and log when the training resumes.</summary>
    private static void Clear(string output, bool goesOn)
    {
        foreach (string file in Directory.GetFiles(output))
            if (!goesOn || Path.GetFileName(file) != TrainerLogFollower.FileName) File.Delete(file);
        if (goesOn) return;
        foreach (string below in Directory.GetDirectories(output)) Directory.Delete(below, recursive: true);
    }

    private TrainingOutcome Import(TrainingOrder order, TrainingArguments arguments, string template, EngineProgress measured,
        EngineOutput output)
    {
        foreach (string name in (string[])["adapter_config.json", Weights])
            if (!File.Exists(Path.Combine(order.OutputFolder, name)))
                throw new InputException(
                    Named(
                    $"{engine.Command.Program} ended well, but left no {name} in its output_dir; it must write a PEFT adapter there. Its "
                    + $"last lines:{Environment.NewLine}{output.Tail}"));
        AdapterFacts adapter;
        try
        {
            adapter = AdapterFacts.Read(order.OutputFolder, order.BaseModel);
        }
        catch (InputException e)
        {
            throw new InputException(Named($"the adapter that it made cannot be used: {e.Message}"), e);
        }
        if (arguments.AdapterNameOrPath is null && adapter.Config.Rank != arguments.LoraRank)
            throw new InputException(
                Named(
                $"the adapter that it made has rank {adapter.Config.Rank}, and lora_rank is {arguments.LoraRank}: it did not follow its "
                + $"configuration"));
        EngineResults.Tidy(order.OutputFolder);
        AdapterRecord.Create(order.OutputFolder, new RecordedTemplate(template, arguments.DefaultSystem));
        return measured.Finish(adapter);
    }

    private void Warn(string message) => JobsLog.TrainingWarning(logger, Named(message));

    private string Named(string message) => $"train.engine: {engine.Name}: {message}";
}
