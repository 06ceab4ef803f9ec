using System.Diagnostics;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Runtime;
using Pipeline.Models.Training.Pass;
using static TorchSharp.torch;

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
    private readonly OutputLock _lock;
    private readonly TrainingCheckpoints _checkpoints;
    private readonly LoraAdapter _adapter;
    private readonly TrainingPass _pass;
    private readonly AdamW _optimizer;
    private readonly TrainingStep _step;
    private readonly TrainerState _state;
    private readonly TrainingLog _log;
    private readonly TrainingOutputs _outputs;
    private readonly int _resumedFrom;

    public TrainingRun(TrainingArguments arguments, DecoderModel model, TrainingData data, ITrainingObserver? observer)
    {
        (_arguments, _model, _data, _observer) = (arguments, model, data, observer);
        var random = new RandomState(arguments.Seed);
        _plan = new TrainingPlan(arguments, data.Train, random);
        _schedule = new LearningRateSchedule(arguments, _plan.TotalSteps);
        _lock = OutputLock.Take(arguments.OutputDir);
        try
        {
            _checkpoints = new TrainingCheckpoints(arguments, observer);
            Dictionary<string, string> fingerprint = TrainingFingerprint.Of(arguments, model, data);
            string? checkpoint = _checkpoints.FindStart();
            _state = checkpoint is null ? new TrainerState { Fingerprint = fingerprint } : Checkpoint.ReadState(checkpoint, fingerprint);
            (_resumedFrom, _checkpoints.SavedAt) = (_state.Step, _state.Step);
            CheckThreads();

            _adapter = arguments.AdapterNameOrPath is { } earlier
                ? AdapterFolder.LoadTrainable(earlier, model)
                : LoraInjector.Inject(model, arguments.Lora, arguments.Seed);
            _optimizer = new AdamW(_adapter.NamedTensors(), arguments);
            if (checkpoint is not null)
                Checkpoint.ReadTensors(checkpoint, _adapter, _optimizer, _state.Step);
        }
        catch
        {
            _optimizer?.Dispose();
            _adapter?.Dispose();
            _lock.Dispose();
            throw;
        }
        _pass = new TrainingPass(model);
        _step = new TrainingStep(_pass, _optimizer, arguments.MaxGradNorm, arguments.LoraDropout, random);
        _log = new TrainingLog(arguments, _plan, _state, Warn);
        _outputs = new TrainingOutputs(arguments, data, _adapter, _log, _state);
        foreach (string warning in data.Warnings)
            Warn(warning);
    }

    private long AllParameters => _model.Config.CountParameters() + _adapter.ParameterCount;

    private double FloatingPointOperations => TrainingWork.FloatingPointOperations(_model.Config, _adapter.ParameterCount, _state.Tokens);

    public TrainingResult Complete(CancellationToken stopping)
    {
        _observer?.OnStarted(new TrainingStart(_plan.TotalSteps, _state.Step, _data.Train.Count, _data.Eval.Count, _adapter.ParameterCount, AllParameters));
        _log.Restore();
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
            _checkpoints.SaveBeforeEnd(_state.Step, WriteCheckpoint);
            throw;
        }
        return Finish(stopping);
    }

    public void Dispose()
    {
        _adapter.Dispose();
        _optimizer.Dispose();
        _pass.Dispose();
        _lock.Dispose();
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
            _checkpoints.Save(_state.Step, WriteCheckpoint);
    }

    private void EvaluateIfDue(StepClock clock, CancellationToken stopping)
    {
        bool done = _state.History.Any(entry => entry.ContainsKey("eval_loss") && (int)entry["step"]! == _state.Step);
        if (_state.Step > 0 && _data.Eval.Count > 0 && _plan.EvaluatesAfter(_state.Step) && !done)
            Evaluate(clock, stopping);
    }

    private LossResult Evaluate(StepClock? clock, CancellationToken stopping)
    {
        LossResult result = LossEvaluator.Evaluate(_pass, _data.Eval, _arguments.EvalBatchSize, stopping);
        _state.Seconds = clock?.Total ?? _state.Seconds;
        _log.AddEvaluation(result.Loss, result.Seconds, result.Examples, EvalBatches);
        _observer?.OnEvaluated(_state.Step, result.Loss);
        return result;
    }

    private int EvalBatches => (_data.Eval.Count + _arguments.EvalBatchSize - 1) / _arguments.EvalBatchSize;

    private void WriteCheckpoint(string folder) => Checkpoint.Write(
        folder, _adapter, _arguments.ModelNameOrPath, _arguments.SaveOnlyModel ? null : _optimizer, _state, _log.StateText(FloatingPointOperations));

    private TrainingResult Finish(CancellationToken stopping)
    {
        LossResult? evaluation = _data.Eval.Count > 0 ? Evaluate(null, stopping) : null;
        _outputs.Write(evaluation, EvalBatches, FloatingPointOperations, AllParameters);
        return new TrainingResult(_arguments.OutputDir, _state.Step, _plan.EpochAfter(_state.Step), _state.FirstLoss ?? 0, _state.LastLoss,
            _state.TotalLoss / _state.Step, evaluation?.Loss, _adapter.ParameterCount, AllParameters, _data.Train.Count, _data.Eval.Count,
            _state.Seconds, _resumedFrom);
    }

    // Sums are split among the threads, so their number decides the last bits.
    private void CheckThreads()
    {
        int threads = get_num_threads();
        if (_state.Step > 0 && _state.Threads != threads)
            Warn($"the checkpoint was computed with {_state.Threads} threads and this process uses {threads}: the last bits of the result will differ"
                + $" from those of an unbroken training; set OMP_NUM_THREADS={_state.Threads} to keep them");
        _state.Threads = threads;
    }

    private void Warn(string message) => _observer?.OnWarning(message);

    // Time of this process, after that of the earlier ones.
    private sealed class StepClock(double before)
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public double Total => before + Stopwatch.GetElapsedTime(_started).TotalSeconds;
    }
}
