using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training;

public sealed class LoraTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DecoderModel _model = TinyTraining.Model();

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Training_lowers_the_loss_and_leaves_the_base_as_it_was()
    {
        byte[] before = Weights(_model);
        TrainingResult result = Train(TinyTraining.Arguments(_folder.File("out")) with { MaxSteps = 40 });
        result.LastLoss.ShouldBeLessThan(result.FirstLoss * 0.9);
        result.TrainableParameters.ShouldBe(TinyTraining.Arguments("x").Lora.CountTrainable(TinyTraining.Config));
        result.AllParameters.ShouldBe(result.TrainableParameters + TinyTraining.Config.CountParameters());
        Weights(_model).ShouldBe(before);
        _model.Projections().ShouldAllBe(p => p.Layer.Delta == null);
    }

    [Fact]
    public void A_stopped_and_resumed_training_gives_the_very_same_adapter_and_log()
    {
        TrainingArguments whole = TinyTraining.Arguments(_folder.File("whole")), parts = TinyTraining.Arguments(_folder.File("parts"));
        Train(whole);
        foreach (int stopAfter in (int[])[2, 5, 7])
        {
            using var stop = new CancellationTokenSource();
            Should.Throw<OperationCanceledException>(() => Train(parts with { ResumeFromCheckpoint = "true" },
                new Observer { Stepped = step => { if (step == stopAfter) stop.Cancel(); } }, stop));
            Directory.Exists(Path.Combine(parts.OutputDir, $"checkpoint-{stopAfter}")).ShouldBeTrue("a graceful stop saves the last full step");
        }
        Train(parts with { ResumeFromCheckpoint = "true" }).ResumedFromStep.ShouldBe(7);

        Adapter(parts).ShouldBe(Adapter(whole));
        Log(parts).ShouldBe(Log(whole));
    }

    [Fact]
    public void An_evaluation_cut_short_by_a_stop_is_made_up_for()
    {
        TrainingArguments whole = TinyTraining.Arguments(_folder.File("whole")) with { EvalSteps = 2 }, parts = whole with { OutputDir = _folder.File("parts") };
        Train(whole);
        using var stop = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => Train(parts, new Observer { Stepped = step => { if (step == 4) stop.Cancel(); } }, stop));
        Train(parts with { ResumeFromCheckpoint = "true" }).ResumedFromStep.ShouldBe(4);
        Log(parts).ShouldBe(Log(whole));
    }

    [Fact]
    public void A_lost_checkpoint_only_costs_the_steps_since_the_one_before()
    {
        TrainingArguments whole = TinyTraining.Arguments(_folder.File("whole")), killed = TinyTraining.Arguments(_folder.File("killed"));
        Train(whole);
        Train(killed);
        // As a kill leaves it: no results, the newest checkpoint torn.
        File.Delete(Path.Combine(killed.OutputDir, AdapterFolder.WeightsFile));
        Directory.Delete(Path.Combine(killed.OutputDir, "checkpoint-8"), recursive: true);
        File.WriteAllText(Path.Combine(killed.OutputDir, "checkpoint-6", "optimizer.safetensors"), "torn");
        var observer = new Observer();
        Train(killed with { ResumeFromCheckpoint = "true" }, observer).ResumedFromStep.ShouldBe(3);
        observer.Warnings.ShouldContain(w => w.Contains("checkpoint-6") && w.Contains("optimizer.safetensors is damaged"));
        Adapter(killed).ShouldBe(Adapter(whole));
        Log(killed).ShouldBe(Log(whole));
    }

    [Fact]
    public void A_checkpoint_of_another_configuration_is_refused_and_kept()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out"));
        Train(arguments with { MaxSteps = 3 });
        string message = Should.Throw<InputException>(() => Train(arguments with { MaxSteps = 3, LoraRank = 2, ResumeFromCheckpoint = "true" })).Message;
        message.ShouldContain("checkpoint-3: the checkpoint is of another configuration: lora_rank was 4 and is 2");
        Should.Throw<InputException>(() => LoraTrainer.Train(arguments with { MaxSteps = 3, ResumeFromCheckpoint = "true" }, _model,
            TinyTraining.Data(train: 13), null, TestContext.Current.CancellationToken)).Message.ShouldContain("examples was 12 and is 13");
        Directory.Exists(Path.Combine(arguments.OutputDir, "checkpoint-3")).ShouldBeTrue();
    }

    [Fact]
    public void A_folder_with_an_earlier_training_is_not_overwritten_unasked()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out")) with { MaxSteps = 3 };
        Train(arguments);
        Should.Throw<InputException>(() => Train(arguments)).Message.ShouldContain("holds checkpoints of an earlier training (up to step 3)");
        Train(arguments with { OverwriteOutputDir = true, SaveStrategy = "no" });
        Directory.EnumerateDirectories(arguments.OutputDir).ShouldBeEmpty();
    }

    [Fact]
    public void Loss_that_is_no_number_stops_with_step_and_batch_and_keeps_the_last_checkpoint()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out"));
        var observer = new Observer
        {
            Stepped = step =>
            {
                using IDisposable noGrad = no_grad();
                if (step == 5)
                    _model.Projections().First().Layer.Weight.fill_(float.NaN);
            },
        };
        string message = Should.Throw<TrainingDivergedException>(() => Train(arguments, observer)).Message;
        message.ShouldContain("the loss became NaN at step 6, in the batch of examples ");
        CheckpointStore.FindDamage(Path.Combine(arguments.OutputDir, "checkpoint-3")).ShouldBeNull();
        Directory.Exists(Path.Combine(arguments.OutputDir, "checkpoint-6")).ShouldBeFalse();
    }

    [Fact]
    public void The_output_has_the_files_and_keys_of_llama_factory()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out")) with { EvalSteps = 4, PlotLoss = true, SaveTotalLimit = 1 };
        TrainingResult result = Train(arguments);
        string[] files = [.. Directory.EnumerateFiles(arguments.OutputDir).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        files.ShouldBe(["README.md", "adapter_config.json", "adapter_model.safetensors", "all_results.json", "eval_results.json",
            "train_results.json", "trainer_log.jsonl", "trainer_state.json", "training_loss.png"]);
        Directory.EnumerateDirectories(arguments.OutputDir).Select(Path.GetFileName).ShouldBe(["checkpoint-8"]);

        string[] log = File.ReadAllLines(Path.Combine(arguments.OutputDir, "trainer_log.jsonl"));
        Keys(log[0]).ShouldBe(["current_steps", "total_steps", "loss", "lr", "epoch", "percentage", "elapsed_time", "remaining_time"]);
        Keys(log[2]).ShouldBe(["current_steps", "total_steps", "eval_loss", "epoch", "percentage", "elapsed_time", "remaining_time"]);
        Keys(log[^1]).ShouldBe(["current_steps", "total_steps", "epoch", "percentage", "elapsed_time", "remaining_time"]);
        Keys(Read("train_results.json")).ShouldBe(
            ["epoch", "total_flos", "train_loss", "train_runtime", "train_samples_per_second", "train_steps_per_second"]);
        Keys(Read("eval_results.json")).ShouldContain("eval_loss");
        Keys(Read("all_results.json")).ShouldBe(Keys(Read("train_results.json")).Union(Keys(Read("eval_results.json"))));
        using JsonDocument state = JsonDocument.Parse(Read("trainer_state.json"));
        JsonElement history = state.RootElement.GetProperty("log_history");
        Keys(history[0].GetRawText()).ShouldBe(["epoch", "grad_norm", "learning_rate", "loss", "step"]);
        state.RootElement.GetProperty("global_step").GetInt32().ShouldBe(8);
        Read("README.md").ShouldContain("lora_rank: 4");
        result.EvalLoss.ShouldNotBeNull();

        string Read(string name) => File.ReadAllText(Path.Combine(arguments.OutputDir, name));
        static string[] Keys(string json)
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateObject().Select(p => p.Name)];
        }
    }

    [Fact]
    public void An_adapter_can_be_trained_further()
    {
        TrainingArguments first = TinyTraining.Arguments(_folder.File("first")) with { MaxSteps = 30, LoraDropout = 0 };
        double before = Train(first).LastLoss;
        TrainingResult second = Train(TinyTraining.Arguments(_folder.File("second")) with { AdapterNameOrPath = first.OutputDir, MaxSteps = 3, LoraDropout = 0 });
        second.FirstLoss.ShouldBeLessThan(before * 1.3);
    }

    [Fact]
    public void No_tensor_outlives_its_step()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out")) with { MaxSteps = 60, SaveStrategy = "no", LoggingSteps = 1000 };
        var alive = new List<long>();
        Train(arguments, new Observer { Stepped = _ => alive.Add(DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount) });
        // The first step makes the gradients that stay.
        alive.Skip(1).ShouldAllBe(count => count == alive[1]);
    }

    private TrainingResult Train(TrainingArguments arguments, Observer? observer = null, CancellationTokenSource? stop = null) =>
        LoraTrainer.Train(arguments, _model, TinyTraining.Data(), observer, stop?.Token ?? TestContext.Current.CancellationToken);

    private static byte[] Adapter(TrainingArguments arguments) => File.ReadAllBytes(Path.Combine(arguments.OutputDir, AdapterFolder.WeightsFile));

    // Without the times, which no two runs share.
    private static string[] Log(TrainingArguments arguments) =>
        [.. File.ReadAllLines(Path.Combine(arguments.OutputDir, "trainer_log.jsonl")).Select(line => line[..line.IndexOf(",\"elapsed_time", StringComparison.Ordinal)])];

    private static byte[] Weights(DecoderModel model) => [.. model.parameters().SelectMany(p => p.bytes.ToArray())];

    private sealed class Observer : ITrainingObserver
    {
        public Action<int>? Stepped { get; init; }

        public List<string> Warnings { get; } = [];

        public void OnStarted(TrainingStart start)
        {
        }

        public void OnStep(TrainingProgress progress) => Stepped?.Invoke(progress.Step);

        public void OnEvaluated(int step, double loss)
        {
        }

        public void OnCheckpoint(int step, string folder)
        {
        }

        public void OnWarning(string message) => Warnings.Add(message);
    }
}
