using System.Diagnostics;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Training;

/// <summary>One training under way: adapter, optimizer, position and logs, from the first step (or a checkpoint) to the results.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingArguments _arguments;
    private readonly DecoderModel _model;
    private readonly TrainingData _data;
    private readonly ITrainingObserver? _observer;
    private readonly TrainingPlan _plan;
    private readonly LearningRateSchedule _schedule;
    private readonly CheckpointStore _checkpoints;
    private readonly LoraAdapter _adapter;
    private readonly LoraDropout? _dropout;
    private readonly AdamW _optimizer;
    private readonly TrainingStep _step;
    private readonly TrainerState _state;
    private readonly TrainingLog _log;
    private readonly int _resumedFrom;
    private int _savedAt;

    public TrainingRun(TrainingArguments arguments, DecoderModel model, TrainingData data, ITrainingObserver? observer)
    {
        (_arguments, _model, _data, _observer) = (arguments, model, data, observer);
        var random = new RandomState(arguments.Seed);
        _plan = new TrainingPlan(arguments, data.Train, random);
        _schedule = new LearningRateSchedule(arguments, _plan.TotalSteps);
        _checkpoints = new CheckpointStore(arguments.OutputDir, arguments.SaveTotalLimit, Warn);
        Dictionary<string, string> fingerprint = TrainingFingerprint.Of(arguments, model, data);
        string? checkpoint = FindCheckpoint();
        _state = checkpoint is null ? new TrainerState { Fingerprint = fingerprint } : Checkpoint.ReadState(checkpoint, fingerprint);
        (_resumedFrom, _savedAt) = (_state.Step, _state.Step);

        _adapter = arguments.AdapterNameOrPath is { } earlier
            ? AdapterFolder.LoadTrainable(earlier, model)
            : LoraInjector.Inject(model, arguments.Lora, arguments.Seed);
        _optimizer = new AdamW(_adapter.NamedTensors(), arguments);
        if (checkpoint is not null)
            Checkpoint.ReadTensors(checkpoint, _adapter, _optimizer, _state.Step);
        _dropout = arguments.LoraDropout > 0 ? new LoraDropout(arguments.LoraDropout, model.Device) : null;
        _step = new TrainingStep(model, _optimizer, arguments.MaxGradNorm, _dropout, random);

        Directory.CreateDirectory(arguments.OutputDir);
        _checkpoints.ClearLeftovers();
        _log = new TrainingLog(arguments.OutputDir, arguments, _plan, _state);
        _log.Restore();
        foreach (string warning in data.Warnings)
            Warn(warning);
    }

    private long AllParameters => _model.Config.CountParameters() + _adapter.ParameterCount;

    // As transformers counts them: 6 per weight (without embeddings) and token.
    private double FloatingPointOperations =>
        6.0 * _state.Tokens * (AllParameters - (long)_model.Config.VocabSize * _model.Config.HiddenSize);

    public TrainingResult Complete(CancellationToken stopping)
    {
        _observer?.OnStarted(new TrainingStart(_plan.TotalSteps, _state.Step, _data.Train.Count, _data.Eval.Count, _adapter.ParameterCount, AllParameters));
        _model.eval();
        _adapter.SetDropout(_dropout);
        var clock = new StepClock(_state.Seconds);
        try
        {
            while (_state.Step < _plan.TotalSteps)
            {
                EvaluateIfDue(clock, stopping); // after a stop in the middle of an evaluation
                Step(clock, stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // A graceful stop loses nothing but the micro-steps of the step under way.
            if (_state.Step > _savedAt && _arguments.SaveStrategy != "no")
                Save();
            throw;
        }
        _adapter.SetDropout(null);
        return Finish(stopping);
    }

    public void Dispose()
    {
        _adapter.Dispose();
        _optimizer.Dispose();
        _dropout?.Dispose();
    }

    private void Step(StepClock clock, CancellationToken stopping)
    {
        double rate = _schedule.At(_state.Step);
        long started = Stopwatch.GetTimestamp();
        StepResult result = CollectionPause.Run(() => _step.Run(_plan.BatchesOf(_state.Step), _state.Step, rate, stopping));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        _state.Step++;
        _state.FirstLoss ??= result.Loss;
        _state.LastLoss = result.Loss;
        _state.TotalLoss += result.Loss;
        _state.WindowLoss += result.Loss;
        _state.WindowSteps++;
        _state.Tokens += result.Tokens;
        _state.Seconds = clock.Total;
        if (_plan.LogsAfter(_state.Step))
            _log.AddSteps(rate, result.GradientNorm);
        _observer?.OnStep(new TrainingProgress(_state.Step, _plan.TotalSteps, _plan.EpochAfter(_state.Step), result.Loss, rate, result.GradientNorm,
            result.Tokens / seconds, TimeSpan.FromSeconds(_state.Seconds), _log.Remaining));
        EvaluateIfDue(clock, stopping);
        if (_plan.SavesAfter(_state.Step))
            Save();
    }

    private void EvaluateIfDue(StepClock clock, CancellationToken stopping)
    {
        bool done = _state.History.Any(entry => entry.ContainsKey("eval_loss") && (int)entry["step"]! == _state.Step);
        if (_state.Step > 0 && _data.Eval.Count > 0 && _plan.EvaluatesAfter(_state.Step) && !done)
            Evaluate(clock, stopping);
    }

    private LossResult Evaluate(StepClock? clock, CancellationToken stopping)
    {
        _adapter.SetDropout(null);
        LossResult result = LossEvaluator.Evaluate(_model, _data.Eval, _arguments.EvalBatchSize, stopping);
        _adapter.SetDropout(_dropout);
        _state.Seconds = clock?.Total ?? _state.Seconds;
        _log.AddEvaluation(result.Loss, result.Seconds, result.Examples, EvalBatches);
        _observer?.OnEvaluated(_state.Step, result.Loss);
        return result;
    }

    private int EvalBatches => (_data.Eval.Count + _arguments.EvalBatchSize - 1) / _arguments.EvalBatchSize;

    private void Save()
    {
        _checkpoints.Save(_state.Step, folder =>
        {
            Checkpoint.Write(folder, _adapter, _arguments.ModelNameOrPath, _arguments.SaveOnlyModel ? null : _optimizer, _state);
            _log.WriteState(folder, FloatingPointOperations);
        });
        _savedAt = _state.Step;
        _observer?.OnCheckpoint(_state.Step, _checkpoints.FolderOf(_state.Step));
    }

    private TrainingResult Finish(CancellationToken stopping)
    {
        string folder = _arguments.OutputDir;
        AdapterFolder.Save(folder, _adapter, _arguments.ModelNameOrPath);
        double? evalLoss = null;
        LossResult? evaluation = _data.Eval.Count > 0 ? Evaluate(null, stopping) : null;
        _log.Finish(_data.Train.Count, FloatingPointOperations);
        if (evaluation is not null)
        {
            evalLoss = evaluation.Loss;
            _log.FinishEvaluation(evaluation.Loss, evaluation.Seconds, evaluation.Examples, EvalBatches);
        }
        if (_arguments.PlotLoss)
            LossPlot.Save(Path.Combine(folder, "training_loss.png"), Points("loss"), Points("eval_loss"));
        ModelCard.Write(folder, _arguments, _data, _adapter.ParameterCount, AllParameters);
        return new TrainingResult(folder, _state.Step, _plan.EpochAfter(_state.Step), _state.FirstLoss ?? 0, _state.LastLoss,
            _state.TotalLoss / _state.Step, evalLoss, _adapter.ParameterCount, AllParameters, _data.Train.Count, _data.Eval.Count,
            _state.Seconds, _resumedFrom);
    }

    private IReadOnlyList<(int Step, double Loss)> Points(string key) =>
        [.. _state.History.Where(entry => entry.ContainsKey(key)).Select(entry => ((int)entry["step"]!, (double)entry[key]!))];

    private string? FindCheckpoint()
    {
        string? wanted = _arguments.ResumeFromCheckpoint;
        if (wanted is null || wanted.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            if (_checkpoints.Steps.Count > 0 && !_arguments.OverwriteOutputDir)
                throw new InputException($"output_dir: {_arguments.OutputDir} holds checkpoints of an earlier training (up to step {_checkpoints.Steps[0]});"
                    + " go on from them with --resume, or set overwrite_output_dir: true, or use another folder");
            _checkpoints.Clear();
            return null;
        }
        if (wanted.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            string? newest = _checkpoints.FindNewest();
            if (newest is null)
                Warn($"{_arguments.OutputDir}: no usable checkpoint to go on from; the training starts at its first step");
            return newest;
        }
        return CheckpointStore.FindDamage(wanted) is { } damage
            ? throw new InputException($"resume_from_checkpoint: {wanted}: {damage}; name another checkpoint, or true for the newest sound one")
            : wanted;
    }

    private void Warn(string message) => _observer?.OnWarning(message);

    // Time of this process, after that of the earlier ones.
    private sealed class StepClock(double before)
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public double Total => before + Stopwatch.GetElapsedTime(_started).TotalSeconds;
    }
}
