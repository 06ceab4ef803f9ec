using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Models.Training;

/// <summary>The log files of a training, with LLaMA-Factory's names, keys and rounding.</summary>
internal sealed class TrainingLog(string outputDir, TrainingArguments arguments, TrainingPlan plan, TrainerState state)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private string LinesPath => Path.Combine(outputDir, "trainer_log.jsonl");

    /// <summary>Writes the lines up to the state's step, so that what a killed process logged after its last checkpoint does not stay.</summary>
    public void Restore() => DurableFiles.Replace(LinesPath, string.Concat(state.LogLines.Select(line => line + "\n")));

    /// <summary>The entry of the steps since the last one.</summary>
    public void AddSteps(double learningRate, double gradientNorm)
    {
        double loss = Math.Round(state.WindowLoss / state.WindowSteps, 4);
        (state.WindowLoss, state.WindowSteps) = (0, 0);
        double epoch = plan.EpochAfter(state.Step);
        state.History.Add(new JsonObject
        {
            ["epoch"] = epoch,
            ["grad_norm"] = gradientNorm,
            ["learning_rate"] = learningRate,
            ["loss"] = loss,
            ["step"] = state.Step,
        });
        AddLine(("loss", loss), ("lr", learningRate));
    }

    /// <summary>The entry of an evaluation.</summary>
    public void AddEvaluation(double loss, double seconds, int examples, int batches)
    {
        state.History.Add(new JsonObject
        {
            ["epoch"] = plan.EpochAfter(state.Step),
            ["eval_loss"] = loss,
            ["eval_runtime"] = Math.Round(seconds, 4),
            ["eval_samples_per_second"] = Rate(examples, seconds),
            ["eval_steps_per_second"] = Rate(batches, seconds),
            ["step"] = state.Step,
        });
        AddLine(("eval_loss", loss));
    }

    /// <summary>The last line, and <c>train_results.json</c>, <c>all_results.json</c>, <c>trainer_state.json</c>.</summary>
    public void Finish(int examples, double flops)
    {
        var train = new JsonObject
        {
            ["epoch"] = plan.EpochAfter(state.Step),
            ["total_flos"] = flops,
            ["train_loss"] = state.TotalLoss / state.Step,
            ["train_runtime"] = Math.Round(state.Seconds, 4),
            ["train_samples_per_second"] = Rate(examples * plan.EpochAfter(state.Step), state.Seconds),
            ["train_steps_per_second"] = Rate(state.Step, state.Seconds),
        };
        WriteJson("train_results.json", train);
        WriteJson("all_results.json", train);
        JsonObject last = train.DeepClone().AsObject();
        last["step"] = state.Step;
        state.History.Add(last);
        AddLine();
        WriteState(outputDir, flops);
    }

    /// <summary><c>eval_results.json</c> of the evaluation at the end, and its part of <c>all_results.json</c>.</summary>
    public void FinishEvaluation(double loss, double seconds, int examples, int batches)
    {
        var evaluation = new JsonObject
        {
            ["epoch"] = plan.EpochAfter(state.Step),
            ["eval_loss"] = loss,
            ["eval_runtime"] = Math.Round(seconds, 4),
            ["eval_samples_per_second"] = Rate(examples, seconds),
            ["eval_steps_per_second"] = Rate(batches, seconds),
            ["perplexity"] = Math.Exp(loss),
        };
        WriteJson("eval_results.json", evaluation);
        JsonObject all = JsonNode.Parse(File.ReadAllText(Path.Combine(outputDir, "all_results.json")))!.AsObject();
        foreach ((string key, JsonNode? value) in evaluation)
            all[key] = value?.DeepClone();
        WriteJson("all_results.json", all);
    }

    /// <summary><c>trainer_state.json</c>, with the keys of transformers.</summary>
    public void WriteState(string folder, double flops)
    {
        var json = new JsonObject
        {
            ["best_global_step"] = null,
            ["best_metric"] = null,
            ["best_model_checkpoint"] = null,
            ["epoch"] = plan.EpochAfter(state.Step),
            ["eval_steps"] = arguments.EvalSteps ?? arguments.LoggingSteps,
            ["global_step"] = state.Step,
            ["is_hyper_param_search"] = false,
            ["is_local_process_zero"] = true,
            ["is_world_process_zero"] = true,
            ["log_history"] = new JsonArray([.. state.History.Select(entry => entry.DeepClone())]),
            ["logging_steps"] = arguments.LoggingSteps,
            ["max_steps"] = plan.TotalSteps,
            ["num_input_tokens_seen"] = state.Tokens,
            ["num_train_epochs"] = (int)Math.Ceiling((double)plan.TotalSteps / plan.StepsPerEpoch),
            ["save_steps"] = arguments.SaveSteps,
            ["total_flos"] = flops,
            ["train_batch_size"] = arguments.TrainBatchSize,
            ["trial_name"] = null,
            ["trial_params"] = null,
        };
        DurableFiles.Replace(Path.Combine(folder, "trainer_state.json"), json.ToJsonString(Indented) + "\n");
    }

    /// <summary>Time left, from the mean time of a step so far.</summary>
    public TimeSpan Remaining => state.Step == 0 ? TimeSpan.Zero
        : TimeSpan.FromSeconds(state.Seconds / state.Step * (plan.TotalSteps - state.Step));

    /// <summary>A duration as Python's <c>timedelta</c> writes it: <c>0:20:48</c>, <c>1 day, 2:03:04</c>.</summary>
    internal static string Format(TimeSpan time)
    {
        string clock = string.Create(CultureInfo.InvariantCulture, $"{time.Hours}:{time.Minutes:00}:{time.Seconds:00}");
        return time.Days == 0 ? clock : $"{time.Days} day{(time.Days == 1 ? "" : "s")}, {clock}";
    }

    private void AddLine(params ReadOnlySpan<(string Key, double Value)> values)
    {
        var line = new JsonObject { ["current_steps"] = state.Step, ["total_steps"] = plan.TotalSteps };
        foreach ((string key, double value) in values)
            line[key] = value;
        line["epoch"] = plan.EpochAfter(state.Step);
        line["percentage"] = Math.Round(100.0 * state.Step / plan.TotalSteps, 2);
        line["elapsed_time"] = Format(TimeSpan.FromSeconds(state.Seconds));
        line["remaining_time"] = Format(Remaining);
        string text = line.ToJsonString();
        state.LogLines.Add(text);
        File.AppendAllText(LinesPath, text + "\n");
    }

    private void WriteJson(string name, JsonObject json) =>
        DurableFiles.Replace(Path.Combine(outputDir, name), json.ToJsonString(Indented) + "\n");

    private static double Rate(double count, double seconds) => seconds > 0 ? Math.Round(count / seconds, 3) : 0;
}
