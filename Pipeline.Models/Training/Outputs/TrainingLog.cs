using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Models.Files;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;

namespace Pipeline.Models.Training.Outputs;

/// <summary>The log files of a training, with LLaMA-Factory's names, keys and rounding.</summary>
internal sealed class TrainingLog
{
    public const string LinesFile = "trainer_log.jsonl";
    public const string StateFile = "trainer_state.json";

    private readonly TrainingArguments _arguments;
    private readonly TrainingPlan _plan;
    private readonly TrainerState _state;
    private readonly Action<string> _warn;
    private readonly string _linesPath;
    private readonly int _firstStep;
    private readonly double _secondsBefore;
    private readonly EventFile? _events;
    private bool _linesBehind;

    /// <param name="arguments">The training.</param>
    /// <param name="plan">Its steps.</param>
    /// <param name="state">Where it stands; the log adds to its entries.</param>
    /// <param name="warn">Told when the disk does not take a line.</param>
    /// <param name="events">Where the figures go for TensorBoard, or null.</param>
    public TrainingLog(TrainingArguments arguments, TrainingPlan plan, TrainerState state, Action<string> warn, EventFile? events = null)
    {
        _events = events;
        (_arguments, _plan, _state, _warn) = (arguments, plan, state, warn);
        (_firstStep, _secondsBefore) = (state.Step, state.Seconds);
        _linesPath = Path.Combine(arguments.OutputDir, LinesFile);
    }

    /// <summary>Time left, from the mean time of a step in this process: an earlier one may have run on another machine.</summary>
    public TimeSpan Remaining => _state.Step == _firstStep ? TimeSpan.Zero
        : TimeSpan.FromSeconds((_state.Seconds - _secondsBefore) / (_state.Step - _firstStep) * (_plan.TotalSteps - _state.Step));

    /// <summary>
    /// Writes the lines up to the state's step, so that what a killed process logged after its last checkpoint does not stay.
    /// </summary>
    public void Restore()
    {
        DurableFiles.Replace(_linesPath, string.Concat(_state.LogLines.Select(line => line + "\n")));
        _linesBehind = false;
    }

    /// <summary>The entry of the steps since the last one.</summary>
    public void AddSteps(double learningRate, double gradientNorm)
    {
        double loss = Math.Round(_state.WindowLoss / _state.WindowSteps, 4);
        (_state.WindowLoss, _state.WindowSteps) = (0, 0);
        JsonObject entry = new()
        {
            ["epoch"] = Epoch(),
            ["grad_norm"] = PythonJson.Float(gradientNorm),
            ["learning_rate"] = PythonJson.Float(learningRate),
            ["loss"] = PythonJson.Float(loss),
            ["step"] = _state.Step,
        };
        _state.History.Add(entry);
        if (_state.WindowRetainedTokens == 0)
        {
            _events?.Add(_state.Step, entry);
            AddLine(("loss", loss), ("lr", learningRate));
            return;
        }
        double divergence = Math.Round(_state.WindowDivergence / _state.WindowRetainedTokens, 6);
        (_state.WindowDivergence, _state.WindowRetainedTokens) = (0, 0);
        entry["retention_kl"] = PythonJson.Float(divergence);
        _events?.Add(_state.Step, entry);
        AddLine(("loss", loss), ("lr", learningRate), ("retention_kl", divergence));
    }

    /// <summary>The entry of an evaluation.</summary>
    public void AddEvaluation(double loss, double seconds, int examples, int batches)
    {
        JsonObject entry = Evaluation(loss, seconds, examples, batches);
        entry["step"] = _state.Step;
        _state.History.Add(entry);
        _events?.Add(_state.Step, entry);
        AddLine(("eval_loss", loss));
    }

    /// <summary>The last line, and <c>train_results.json</c>, <c>all_results.json</c>, <c>trainer_state.json</c>.</summary>
    /// <param name="examples">Examples of an epoch.</param>
    /// <param name="flops">Floating-point operations of the training.</param>
    public void Finish(int examples, double flops)
    {
        JsonObject train = new()
        {
            ["epoch"] = Epoch(),
            ["total_flos"] = PythonJson.Float(flops),
            ["train_loss"] = PythonJson.Float(_state.TotalLoss / _state.Step),
            ["train_runtime"] = PythonJson.Float(Math.Round(_state.Seconds, 4)),
            ["train_samples_per_second"] = Rate(examples * _plan.EpochAfter(_state.Step), _state.Seconds),
            ["train_steps_per_second"] = Rate(_state.Step, _state.Seconds),
        };
        ResultFiles.Write(_arguments.OutputDir, ResultFiles.Train, train);
        ResultFiles.Write(_arguments.OutputDir, ResultFiles.All, train);
        JsonObject last = new() { ["epoch"] = Epoch(), ["step"] = _state.Step };
        foreach ((string key, JsonNode? value) in train)
            last[key] = value?.DeepClone();
        _state.History.Add(last);
        _events?.Add(_state.Step, last);
        AddLine();
        DurableFiles.Replace(Path.Combine(_arguments.OutputDir, StateFile), StateText(flops));
        if (_linesBehind)
            Restore();
    }

    /// <summary><c>eval_results.json</c> of the evaluation at the end, and its part of <c>all_results.json</c>.</summary>
    public void FinishEvaluation(double loss, double seconds, int examples, int batches)
    {
        JsonObject evaluation = Evaluation(loss, seconds, examples, batches);
        evaluation["perplexity"] = PythonJson.Float(Math.Exp(loss));
        ResultFiles.Write(_arguments.OutputDir, ResultFiles.Eval, evaluation);
        ResultFiles.Add(_arguments.OutputDir, ResultFiles.All, evaluation);
    }

    /// <summary>Text of <c>trainer_state.json</c>, with the keys of transformers.</summary>
    /// <param name="flops">Floating-point operations so far.</param>
    public string StateText(double flops) => PythonJson.State(new JsonObject
    {
        ["best_global_step"] = _state.BestStep,
        ["best_metric"] = _state.BestMetric is { } metric ? PythonJson.Float(metric) : null,
        ["best_model_checkpoint"] = _state is { BestStep: { } best, BestIsSaved: true }
        ? CheckpointFolders.Of(_arguments.OutputDir, best) : null,
        ["epoch"] = Epoch(),
        ["eval_steps"] = _plan.EvalEvery,
        ["global_step"] = _state.Step,
        ["is_hyper_param_search"] = false,
        ["is_local_process_zero"] = true,
        ["is_world_process_zero"] = true,
        ["log_history"] = new JsonArray([.. _state.History.Select(entry => entry.DeepClone())]),
        ["logging_steps"] = _plan.LogEvery,
        ["max_steps"] = _plan.TotalSteps,
        ["num_input_tokens_seen"] = _state.Tokens,
        ["num_train_epochs"] = (int)Math.Ceiling((double)_plan.TotalSteps / _plan.StepsPerEpoch),
        ["save_steps"] = _plan.SaveEvery,
        ["stateful_callbacks"] = new JsonObject
        {
            ["TrainerControl"] = new JsonObject
            {
                ["args"] = new JsonObject
                {
                    ["should_epoch_stop"] = false,
                    ["should_evaluate"] = false,
                    ["should_log"] = false,
                    ["should_save"] = true,
                    ["should_training_stop"] = _state.Step >= _plan.TotalSteps || _state.WorseEvaluations >= _arguments.EarlyStoppingSteps,
                },
                ["attributes"] = new JsonObject(),
            },
        },
        ["total_flos"] = PythonJson.Float(flops),
        ["train_batch_size"] = _arguments.TrainBatchSize,
        ["trial_name"] = null,
        ["trial_params"] = null,
    });

    /// <summary>A duration as Python's <c>timedelta</c> writes it: <c>0:20:48</c>, <c>1 day, 2:03:04</c>.</summary>
    internal static string Format(TimeSpan time)
    {
        string clock = string.Create(CultureInfo.InvariantCulture, $"{time.Hours}:{time.Minutes:00}:{time.Seconds:00}");
        return time.Days == 0 ? clock : $"{time.Days} day{(time.Days == 1 ? "" : "s")}, {clock}";
    }

    private JsonNode? Epoch() => PythonJson.Float(_plan.EpochAfter(_state.Step));

    private JsonObject Evaluation(double loss, double seconds, int examples, int batches) => new()
    {
        ["epoch"] = Epoch(),
        ["eval_loss"] = PythonJson.Float(loss),
        ["eval_runtime"] = PythonJson.Float(Math.Round(seconds, 4)),
        ["eval_samples_per_second"] = Rate(examples, seconds),
        ["eval_steps_per_second"] = Rate(batches, seconds),
    };

    private void AddLine(params ReadOnlySpan<(string Key, double Value)> values)
    {
        JsonObject line = new() { ["current_steps"] = _state.Step, ["total_steps"] = _plan.TotalSteps };
        foreach ((string key, double value) in values)
            line[key] = PythonJson.Float(value);
        line["epoch"] = Epoch();
        line["percentage"] = PythonJson.Float(Math.Round(100.0 * _state.Step / _plan.TotalSteps, 2));
        line["elapsed_time"] = Format(TimeSpan.FromSeconds(_state.Seconds));
        line["remaining_time"] = Format(Remaining);
        string text = PythonJson.Line(line);
        _state.LogLines.Add(text);
        try
        {
            if (_linesBehind)
                Restore();
            else
                File.AppendAllText(_linesPath, text + "\n");
        }
        catch (IOException e)
        {
            // The line is kept and written with a later one: a full disk is for the checkpoints to judge.
            if (!_linesBehind)
                _warn($"{_linesPath}: {e.Message}; the lines are kept in memory until there is space");
            _linesBehind = true;
        }
    }

    private static JsonNode? Rate(double count, double seconds) => PythonJson.Float(seconds > 0 ? Math.Round(count / seconds, 3) : 0);
}
