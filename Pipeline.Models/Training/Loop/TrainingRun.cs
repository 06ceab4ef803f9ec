using System.Diagnostics;
using System.Globalization;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Runtime;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Optimization;
using Pipeline.Models.Training.Outputs;
using Pipeline.Models.Training.Pass;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Loop;

/// <summary>One training run: adapter, optimizer, position and logs, from the first step (or a checkpoint) to the results.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingArguments _arguments;
    private readonly DecoderModel _model;
    private readonly TrainingData _data;
    private readonly ITrainingObserver? _observer;
    private readonly TrainingPlan _plan;
    private readonly LearningRateSchedule _schedule;
    private readonly OutputLock _lock;
    private readonly TrainingCheckpoints _checkpoints;
    private readonly LoraAdapter _adapter;
    private readonly TrainingPass _pass;
    private readonly AdamW _optimizer;
    private readonly TrainingStep _step;
    private readonly TrainerState _state;
    private readonly EventFile? _events;
    private readonly TrainingLog _log;
    private readonly TrainingOutputs _outputs;
    private readonly BestEvaluation _best;
    private readonly Throughput _throughput = new();
    private readonly int _resumedFrom;

    public TrainingRun(TrainingArguments arguments, DecoderModel model, TrainingData data, ITrainingObserver? observer)
    {
        (_arguments, _model, _data, _observer) = (arguments, model, data, observer);
        if (arguments.Retention != "none" && data.Retention.Count == 0)
            throw new InputException($"retention: {arguments.Retention} needs general examples, and the data has none");
        RandomState random = new(arguments.Seed);
        _plan = new TrainingPlan(arguments, data.Train, random, data.Retention);
        _schedule = new LearningRateSchedule(arguments, _plan.TotalSteps);
        _lock = OutputLock.Acquire(arguments.OutputDir);
        try
        {
            _checkpoints = new TrainingCheckpoints(arguments, observer);
            Dictionary<string, string> fingerprint = TrainingFingerprint.Of(arguments, model, data);
            string? checkpoint = _checkpoints.FindStart();
            _state = checkpoint is null ? new TrainerState { Fingerprint = fingerprint } : Checkpoint.ReadState(checkpoint, fingerprint);
            (_resumedFrom, _checkpoints.SavedAt) = (_state.Step, _state.Step);
            _state.LossScaler ??= arguments.Fp16 ? new LossScaler() : null;
            CheckThreads();

            _adapter = arguments.AdapterNameOrPath is { } earlier
                ? AdapterFolder.LoadTrainable(earlier, model)
                : LoraInjector.Inject(model, arguments.Lora, arguments.Seed);
            _optimizer = new AdamW(_adapter.NamedTensors(), arguments);
            if (checkpoint is not null)
                Checkpoint.ReadTensors(checkpoint, _adapter, _optimizer, Updates);
        }
        catch
        {
            _optimizer?.Dispose();
            _adapter?.Dispose();
            _lock.Dispose();
            throw;
        }
        _pass = new TrainingPass(model, arguments.GradientCheckpointing);
        _step = new TrainingStep(_pass, _optimizer, arguments.MaxGradNorm, (step, microStep) => new StepNoise(
            new DropoutMask(arguments.LoraDropout, random.DropoutSeed(step, microStep)), arguments.NeftuneNoiseAlpha
            ?? 0, random.NoiseSeed(step, microStep)), _state.LossScaler, arguments.WeightOfRetention);
        _events = arguments.WritesEvents ? new EventFile(
            arguments.LoggingDir ?? EventFile.UsualFolder(arguments.OutputDir, TimeProvider.System), TimeProvider.System) : null;
        _log = new TrainingLog(arguments, _plan, _state, Warn, _events);
        _outputs = new TrainingOutputs(arguments, data, _adapter, _log, _state);
        _best = new BestEvaluation(arguments, _state);
        foreach (string warning in data.Warnings)
            Warn(warning);
        if (arguments.Fp16 && model.Device.type == TorchSharp.DeviceType.CPU)
            Warn("fp16: processors compute it several times slower than bf16: true or float32, and no better");
    }

    private int Updates => _state.Step - _state.SkippedSteps;

    private long AllParameters => _model.Config.CountParameters() + _adapter.ParameterCount;

    private double FloatingPointOperations => TrainingWork.FloatingPointOperations(_model.Config, _adapter.ParameterCount,
        _state.Tokens, _state.RetainedTokens);

    public TrainingResult Complete(CancellationToken stopping)
    {
        _observer?.OnStarted(new TrainingStart(_plan.TotalSteps, _state.Step, _data.Train.Count, _data.Eval.Count, _adapter.ParameterCount,
            AllParameters));
        _log.Restore();
        StepClock clock = new(_state.Seconds);
        try
        {
            EvaluateIfDue(clock, stopping); // needed after a stop in the middle of an evaluation
            while (_state.Step < _plan.TotalSteps && !_best.EndsTraining)
                Step(clock, stopping);
        }
        catch (Exception e) when (e is OperationCanceledException || (e is MemoryExhaustedException && _optimizer.Steps == Updates))
        {
            // A graceful stop, or running out of memory before an update began, loses only the micro-steps of the current step.
            _checkpoints.SaveBeforeEnd(_state.Step, WriteCheckpoint, _state.BestStep);
            throw;
        }
        if (_best.EndsTraining && _state.Step < _plan.TotalSteps)
            Warn(string.Create(CultureInfo.InvariantCulture,
                $"early_stopping_steps: the training ends at step {_state.Step}, after {_state.WorseEvaluations} "
                + $"evaluation{(_state.WorseEvaluations == 1 ? "" : "s")} that did not beat the best one (step {_state.BestStep}, "
                + $"eval_loss {_state.BestMetric:F4})"));
        return Finish(stopping);
    }

    public void Dispose()
    {
        _events?.Dispose();
        _adapter.Dispose();
        _optimizer.Dispose();
        _pass.Dispose();
        _lock.Dispose();
    }

    private void Step(StepClock clock, CancellationToken stopping)
    {
        double rate = _schedule.At(Updates);
        long started = Stopwatch.GetTimestamp();
        StepResult result = Compute(_plan.BatchesOf(_state.Step), rate, stopping);
        double tokensPerSecond = _throughput.Add(result.Tokens, Stopwatch.GetElapsedTime(started).TotalSeconds);

        _state.Step++;
        _state.SkippedSteps += result.IsSkipped ? 1 : 0;
        _state.FirstLoss ??= result.Loss;
        _state.LastLoss = result.Loss;
        _state.TotalLoss += result.Loss;
        _state.WindowLoss += result.Loss;
        _state.WindowSteps++;
        _state.Tokens += result.Tokens;
        _state.RetainedTokens += result.RetainedTokens;
        _state.WindowDivergence += result.Divergence;
        _state.WindowRetainedTokens += result.RetainedTokens;
        _state.Seconds = clock.Total;
        if (_plan.LogsAfter(_state.Step))
            _log.AddSteps(rate, result.GradientNorm);
        _observer?.OnStep(new TrainingProgress(_state.Step, _plan.TotalSteps, _plan.EpochAfter(_state.Step), result.Loss, rate,
            result.GradientNorm,
            tokensPerSecond, TimeSpan.FromSeconds(_state.Seconds), _log.Remaining));
        EvaluateIfDue(clock, stopping);
        // The end of training has a checkpoint when they are written by steps or epochs, even when it comes early.
        if (_plan.SavesAfter(_state.Step) || (_best.EndsTraining && _arguments.SaveStrategy is "steps" or "epoch"))
            SaveOnce();
    }

    private StepResult Compute(IReadOnlyList<MicroBatch> batches, double rate, CancellationToken stopping)
    {
        try
        {
            return CollectionPause.Run(() => _step.Run(batches, _state.Step, rate, stopping));
        }
        catch (Exception e) when (MemoryFault.Is(e))
        {
            throw MemoryFault.InStep(e, _arguments, _state.Step + 1,
                batches.SelectMany(b => b.Examples.Concat(b.Retained)).Max(example => example.InputIds.Length));
        }
    }

    private void EvaluateIfDue(StepClock clock, CancellationToken stopping)
    {
        if (_state.Step == 0 || _data.Eval.Count == 0 || !_plan.EvaluatesAfter(_state.Step) || EvaluationOf(_state.Step) is not null)
            return;
        bool better = _best.Add(Evaluate(clock, stopping).Loss);
        if (better)
            _state.BestIsSaved = _checkpoints.SavedAt == _state.Step; // if a stop came between the step and its evaluation
        // Whichever step the best evaluation falls on, its weights must be there at the end.
        if (better && _arguments.KeepsBest)
            SaveOnce();
    }

    private void SaveOnce()
    {
        if (_checkpoints.SavedAt < _state.Step)
            _checkpoints.Save(_state.Step, WriteCheckpoint, _state.BestStep);
        if (_state.BestStep == _state.Step)
            _state.BestIsSaved = _checkpoints.SavedAt == _state.Step;
    }

    // An earlier evaluation at a step, from the log, which a resumed run also has.
    private LossResult? EvaluationOf(int step) =>
        _state.History.FirstOrDefault(entry => entry.ContainsKey("eval_loss") && (int)entry["step"]! == step) is { } entry
        ? new LossResult((double)entry["eval_loss"]!, _data.Eval.Sum(e => (long)TrainingBatch.CountTargets(e)), _data.Eval.Count,
        (double)entry["eval_runtime"]!)
        : null;

    private LossResult Evaluate(StepClock? clock, CancellationToken stopping)
    {
        LossResult result;
        try
        {
            result = LossEvaluator.Evaluate(_pass, _data.Eval, _arguments.EvalBatchSize, stopping);
        }
        catch (Exception e) when (MemoryFault.Is(e))
        {
            throw MemoryFault.InEvaluation(e, _arguments, _state.Step);
        }
        _state.Seconds = clock?.Total ?? _state.Seconds;
        _log.AddEvaluation(result.Loss, result.Seconds, result.Examples, EvalBatches);
        _observer?.OnEvaluated(_state.Step, result.Loss);
        return result;
    }

    private int EvalBatches => (_data.Eval.Count + _arguments.EvalBatchSize - 1) / _arguments.EvalBatchSize;

    private void WriteCheckpoint(string folder)
    {
        if (_state.BestStep == _state.Step)
            _state.BestIsSaved = true; // true by the time anyone reads it
        Checkpoint.Write(folder, _adapter, _arguments.ModelNameOrPath, _arguments.SaveOnlyModel
            ? null : _optimizer, _state, _log.StateText(FloatingPointOperations));
    }

    private TrainingResult Finish(CancellationToken stopping)
    {
        bool isLast = !LoadBest();
        LossResult? evaluation = _data.Eval.Count == 0 ? null : (isLast ? EvaluationOf(_state.Step) : null) ?? Evaluate(null, stopping);
        _outputs.Write(evaluation, EvalBatches, FloatingPointOperations, AllParameters);
        return new TrainingResult(_arguments.OutputDir, _state.Step, _plan.EpochAfter(_state.Step), _state.FirstLoss ?? 0, _state.LastLoss,
            _state.TotalLoss / _state.Step, evaluation?.Loss, _adapter.ParameterCount, AllParameters, _data.Train.Count, _data.Eval.Count,
            _state.Seconds, _resumedFrom)
        {
            Tokens = _state.Tokens,
            RetainedTokens = _state.RetainedTokens,
        };
    }

    // Replaces the last step's weights with those of the best evaluation, if requested; returns whether they changed.
    private bool LoadBest()
    {
        if (!_arguments.LoadBestModelAtEnd || _state.BestStep is not { } best || best == _state.Step)
            return false;
        string checkpoint = CheckpointFolders.Of(_arguments.OutputDir, best);
        if (CheckpointStore.FindDamage(checkpoint) is { } damage)
        {
            Warn($"{checkpoint}: {damage}; the result is the last step's, not the best evaluation's");
            return false;
        }
        Checkpoint.ReadAdapter(checkpoint, _adapter);
        return true;
    }

    // Sums are split among the threads, so the thread count determines the last bits.
    private void CheckThreads()
    {
        int threads = get_num_threads();
        if (_state.Step > 0 && _state.Threads != threads)
            Warn(
                $"the checkpoint was computed with {_state.Threads} threads and this process uses {threads}: the last bits of the result "
                + $"will differ"
                + $" from those of an unbroken training; set OMP_NUM_THREADS={_state.Threads} to keep them");
        _state.Threads = threads;
    }

    private void Warn(string message) => _observer?.OnWarning(message);

    // Time of this process, on top of that of earlier ones.
    private sealed class StepClock(double before)
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public double Total => before + Stopwatch.GetElapsedTime(_started).TotalSeconds;
    }
}
