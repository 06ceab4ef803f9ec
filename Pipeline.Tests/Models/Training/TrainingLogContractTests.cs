using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Python;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;
using Pipeline.Models.Training.Outputs;
using Pipeline.Tests.Models.Families;

namespace Pipeline.Tests.Models.Training;

/// <summary>
/// The log files against those that LLaMA-Factory wrote for the original work: 180 examples, batch 1 × accumulation 16,
/// 20 epochs of rank 128 on Phi-4-mini.
/// </summary>
public sealed class TrainingLogContractTests : IDisposable
{
    // Key and type of trainer_state.json, as the original file has them.
    private static readonly string[] StateKeys =
    [
        "best_global_step null", "best_metric null", "best_model_checkpoint null", "epoch float", "eval_steps int", "global_step int",
        "is_hyper_param_search bool", "is_local_process_zero bool", "is_world_process_zero bool", "log_history list", "logging_steps int",
        "max_steps int", "num_input_tokens_seen int", "num_train_epochs int", "save_steps int", "stateful_callbacks object",
        "total_flos float", "train_batch_size int", "trial_name null", "trial_params null",
    ];

    private static readonly string[] StepKeys = ["epoch float", "grad_norm float", "learning_rate float", "loss float", "step int"];

    private static readonly string[] LastKeys =
        ["epoch float", "step int", "total_flos float", "train_loss float", "train_runtime float", "train_samples_per_second float",
        "train_steps_per_second float"];

    private static readonly string[] EvaluationKeys =
        ["epoch float", "eval_loss float", "eval_runtime float", "eval_samples_per_second float", "eval_steps_per_second float",
        "step int"];

    private static readonly string[] StepLine =
        ["current_steps int", "total_steps int", "loss float", "lr float", "epoch float", "percentage float", "elapsed_time string",
        "remaining_time string"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_floating_point_operations_of_the_original_run_are_those_transformers_counted()
    {
        DecoderConfig phi4 = DecoderConfig.Parse(HubConfigs.Phi4Mini, "config.json");
        TrainingWork.FloatingPointOperations(phi4, adapterParameters: 184_549_376, tokens: 494_240, retained: 0)
            .ShouldBe(1.010021310431232e+16);
    }

    [Fact]
    public void Lines_and_entries_are_written_as_in_the_original_files()
    {
        (TrainingLog log, TrainerState state) = Original();
        (state.Step, state.WindowLoss, state.WindowSteps, state.Seconds) = (5, 5 * 2.0905, 5, 25.93);
        log.AddSteps(learningRate: 0.0005, gradientNorm: 1.9506487846374512);
        Lines()[0].ShouldBe("""
            {"current_steps": 5, "total_steps": 240, "loss": 2.0905, "lr": 0.0005, "epoch": 0.4444444444444444, "percentage": 2.08, "elapsed_time": "0:00:25", "remaining_time": "0:20:18"}
            """.Trim());
        Entry(state)
            .ShouldBe("""{"epoch":0.4444444444444444,"grad_norm":1.9506487846374512,"learning_rate":0.0005,"loss":2.0905,"step":5}""");

        (state.Step, state.WindowLoss, state.WindowSteps, state.Seconds) = (235, 5 * 0.0885, 5, 1248.5);
        log.AddSteps(0.0005, 0.7186406850814819);
        Entry(state)
            .ShouldBe("""{"epoch":19.622222222222224,"grad_norm":0.7186406850814819,"learning_rate":0.0005,"loss":0.0885,"step":235}""");

        (state.Step, state.TotalLoss, state.Seconds) = (240, 240 * 0.19847503900527955, 1273.9239);
        log.Finish(examples: 180, flops: 1.010021310431232e+16);
        Lines()[^1].ShouldBe("""
            {"current_steps": 240, "total_steps": 240, "epoch": 20.0, "percentage": 100.0, "elapsed_time": "0:21:13", "remaining_time": "0:00:00"}
            """.Trim());
        Entry(state).ShouldBe("""
            {"epoch":20.0,"step":240,"total_flos":1.010021310431232e+16,"train_loss":0.19847503900527955,"train_runtime":1273.9239,"train_samples_per_second":2.826,"train_steps_per_second":0.188}
            """.Trim());
        File.ReadAllText(_folder.File("train_results.json")).ShouldBe("""
            {
                "epoch": 20.0,
                "total_flos": 1.010021310431232e+16,
                "train_loss": 0.19847503900527955,
                "train_runtime": 1273.9239,
                "train_samples_per_second": 2.826,
                "train_steps_per_second": 0.188
            }

            """);
        JsonNode written = JsonNode.Parse(File.ReadAllText(_folder.File("trainer_state.json")))!;
        foreach ((string key, string value) in ((string, string)[])[("epoch", "20.0"), ("global_step", "240"), ("max_steps", "240"),
            ("num_train_epochs", "20"),
            ("logging_steps", "5"), ("save_steps", "20"), ("train_batch_size", "1"), ("total_flos", "1.010021310431232e+16")])
            written[key]!.ToJsonString().ShouldBe(value, key);
        written["stateful_callbacks"]!["TrainerControl"]!.ToJsonString().ShouldBe(
            JsonNode.Parse("""
            {"args": {"should_epoch_stop": false, "should_evaluate": false, "should_log": false, "should_save": true,
                      "should_training_stop": true}, "attributes": {}}
            """)!.ToJsonString());
    }

    [Fact]
    public void Time_left_after_a_resume_follows_the_steps_of_this_process()
    {
        (TrainingLog _, TrainerState state) = Original();
        (state.Step, state.Seconds) = (100, 10_000); // an earlier process on a slower machine
        TrainingLog log = Log(state);
        log.Remaining.ShouldBe(TimeSpan.Zero);
        (state.Step, state.Seconds) = (110, 10_020);
        log.Remaining.ShouldBe(TimeSpan.FromSeconds(2 * 130));
    }

    [Fact]
    public void Tokens_per_second_are_those_of_the_last_twenty_steps()
    {
        Throughput throughput = new();
        throughput.Add(1000, 1).ShouldBe(1000);
        throughput.Add(1000, 3).ShouldBe(500);
        for (int i = 0; i < 20; i++)
            throughput.Add(300, 1);
        throughput.Add(300, 1).ShouldBe(300);
    }

    [Fact]
    public void A_training_writes_every_key_with_its_type()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.Path) with { EvalSteps = 4 };
        using DecoderModel model = TinyTraining.Model();
        LoraTrainer.Train(arguments, model, TinyTraining.Data(), null, TestContext.Current.CancellationToken);

        foreach (string folder in (string[])[_folder.Path, _folder.File("checkpoint-6")])
            Keys(File.ReadAllText(Path.Combine(folder, "trainer_state.json"))).ShouldBe(StateKeys, folder);
        JsonArray history = JsonNode.Parse(File.ReadAllText(_folder.File("trainer_state.json")))!["log_history"]!.AsArray();
        foreach (JsonNode? entry in history.SkipLast(1))
            Keys(entry!.ToJsonString()).ShouldBe(entry.AsObject().ContainsKey("eval_loss") ? EvaluationKeys : StepKeys);
        Keys(history[^1]!.ToJsonString()).ShouldBe(LastKeys);
        string[] lines = Lines();
        lines.Length.ShouldBe(history.Count);
        foreach (string line in lines.SkipLast(1))
            Keys(line).ShouldBe(line.Contains("eval_loss", StringComparison.Ordinal)
                ? [.. StepLine.Where(key => !key.StartsWith('l')).Take(2), "eval_loss float", .. StepLine.Skip(4)]
                : StepLine);
        Keys(lines[^1]).ShouldBe([.. StepLine.Take(2), .. StepLine.Skip(4)]);

        string[] train = [.. LastKeys.Except(["step int"])], evaluation = [.. EvaluationKeys.Except(["step int"])];
        Keys(File.ReadAllText(_folder.File("train_results.json"))).ShouldBe(train);
        Keys(File.ReadAllText(_folder.File("eval_results.json"))).ShouldBe([.. evaluation, "perplexity float"]);
        Keys(File.ReadAllText(_folder.File("all_results.json")))
            .ShouldBe(train.Union(evaluation).Append("perplexity float").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(20.0, "20.0")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(5e-05, "5e-05")]
    [InlineData(1.25e-05, "1.25e-05")]
    [InlineData(123456789.125, "123456789.125")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(-2.5e-300, "-2.5e-300")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    public void Floats_are_written_as_Python_writes_them(double value, string text)
    {
        PythonFloat.Text(value).ShouldBe(text);
        PythonJson.Float(value)!.ToJsonString().ShouldBe(text);
    }

    [Fact]
    public void What_is_no_number_is_null() => PythonJson.Float(double.NaN).ShouldBeNull();

    [Theory]
    [InlineData(0, "0:00:00")]
    [InlineData(1248.9, "0:20:48")]
    [InlineData(93784, "1 day, 2:03:04")]
    [InlineData(180000, "2 days, 2:00:00")]
    public void Durations_are_written_as_Python_writes_them(double seconds, string text) =>
        TrainingLog.Format(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    private (TrainingLog Log, TrainerState State) Original()
    {
        TrainerState state = new();
        return (Log(state), state);
    }

    private TrainingLog Log(TrainerState state)
    {
        TrainingArguments arguments = new()
        {
            OutputDir = _folder.Path,
            TrainBatchSize = 1,
            GradientAccumulationSteps = 16,
            NumTrainEpochs = 20,
            LoggingSteps = 5,
            SaveSteps = 20,
        };
        TokenizedExample[] examples = [.. Enumerable.Repeat(new TokenizedExample([1, 2], [1, 2]), 180)];
        return new TrainingLog(arguments, new TrainingPlan(arguments, examples, new RandomState(42)), state, _ => { });
    }

    private string[] Lines() => File.ReadAllLines(_folder.File("trainer_log.jsonl"));

    private static string Entry(TrainerState state) => state.History[^1].ToJsonString();

    private static string[] Keys(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateObject().Select(p => $"{p.Name} {TypeOf(p.Value)}")];
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "list",
        JsonValueKind.Object => "object",
        JsonValueKind.String => "string",
        _ => value.GetRawText().IndexOfAny(['.', 'e']) < 0 ? "int" : "float",
    };
}
