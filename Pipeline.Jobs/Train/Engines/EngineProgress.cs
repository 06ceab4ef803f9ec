using Microsoft.Extensions.Logging;
using Pipeline.Jobs.Dataset;
using Pipeline.Models;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Engines;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>The curves of an engine's training, from its log while it runs and from its results at the end.</summary>
internal sealed class EngineProgress(TrainingOrder order, ITrainingProgress progress, ILogger logger, Action<string> warn)
{
    private readonly TrainerLogFollower _log = new(order.OutputFolder);
    private readonly SortedDictionary<int, double> _losses = [];
    private int _firstStep, _steps, _badLines;
    private int? _totalSteps, _checkpoint;
    private bool _diverged;

    /// <summary>Sets the step that the training resumes from, 0 for a new one. Reads the log entries of earlier attempts now.</summary>
    public void ResumeFrom(int step)
    {
        (_firstStep, _checkpoint) = (int.MaxValue, step);
        foreach (TrainerLogEntry entry in _log.Read()) Measure(entry);
        _firstStep = step;
    }

    /// <summary>Records new log entries and reports new checkpoints. A repeated step replaces its points.</summary>
    public void Read()
    {
        foreach (TrainerLogEntry entry in _log.Read()) Measure(entry);
        if (_log.BadLines > _badLines) warn($"{_log.BadLines - _badLines} lines of its {TrainerLogFollower.FileName} cannot be read");
        _badLines = _log.BadLines;
        foreach (int step in EngineCheckpoints.Steps(order.OutputFolder).Where(s => s > (_checkpoint ?? 0)))
        {
            progress.CheckpointSaved(step);
            _checkpoint = step;
        }
    }

    /// <summary>The outcome of the training, with the points that its log does not have.</summary>
    /// <exception cref="InputException">No loss was recorded anywhere.</exception>
    public TrainingOutcome Finish(AdapterFacts adapter)
    {
        foreach (EngineResults.Step step in EngineResults.History(order.OutputFolder))
        {
            if (step.GradientNorm is { } norm) progress.Measured("grad_norm", step.Number, step.Epoch, norm);
            if (step.Loss is not { } loss || _losses.ContainsKey(step.Number)) continue;
            progress.Measured("loss", step.Number, step.Epoch, loss);
            _losses[step.Number] = loss;
            _steps = Math.Max(_steps, step.Number);
        }
        if (_losses.Count == 0 && EngineResults.TrainLoss(order.OutputFolder) is { } mean) _losses[Math.Max(1, _steps)] = mean;
        if (_losses.Count == 0)
            throw new InputException(
                $"{order.OutputFolder}: neither {TrainerLogFollower.FileName} nor trainer_state.json nor train_results.json has a loss; "
                + $"the engine must write one of them");
        return new TrainingOutcome(Math.Max(_steps, _losses.Keys.Last()), _losses.Values.First(), _losses.Values.Last(),
            adapter.Parameters, adapter.AllParameters);
    }

    private void Measure(TrainerLogEntry entry)
    {
        double epoch = entry.Epoch ?? 0;
        Action<string, int, double, double> tell = entry.Step <= _firstStep ? progress.Remembered : progress.Measured;
        if (_firstStep < int.MaxValue && entry.TotalSteps is { } total && total != _totalSteps)
        {
            if (_totalSteps is null) JobsLog.TrainingStarted(logger, Math.Max(0, total - _firstStep), _firstStep,
                File.ReadLines(Path.Combine(order.DatasetFolder, DatasetFiles.TrainFile)).Count());
            _totalSteps = total;
            progress.Measured("total_steps", 0, 0, total);
        }
        if (entry.Diverged && !_diverged) warn($"the loss at step {entry.Step} is no number");
        _diverged |= entry.Diverged;
        _steps = entry.Step;
        if (entry.Loss is { } loss)
        {
            _losses[entry.Step] = loss;
            tell("loss", entry.Step, epoch, loss);
        }
        if (entry.EvalLoss is { } held) tell("eval_loss", entry.Step, epoch, held);
        if (entry.LearningRate is { } rate) tell("learning_rate", entry.Step, epoch, rate);
        if (entry.TokensPerSecond is { } speed) tell("tokens_per_second", entry.Step, epoch, speed);
    }
}
