using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests.Models.Training;

/// <summary>Evaluation during a training, its best step, early stopping, and all of that over a resume.</summary>
public sealed class BestEvaluationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DecoderModel _model = TinyTraining.Model();

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_best_evaluation_is_the_result_and_outlives_the_limit()
    {
        TrainingArguments arguments = Overfitting("out") with { LoadBestModelAtEnd = true, SaveTotalLimit = 1 };
        TrainingResult result = Train(arguments);

        (int best, double loss) = EvalLosses(arguments).Take(12).MinBy(e => e.Loss);
        (best % arguments.SaveSteps).ShouldNotBe(0, "the point is that the best step has no checkpoint but for being the best");
        State(arguments).GetProperty("best_global_step").GetInt32().ShouldBe(best);
        State(arguments).GetProperty("best_metric").GetDouble().ShouldBe(loss);
        State(arguments).GetProperty("best_model_checkpoint").GetString().ShouldBe(Checkpoint(arguments, best));
        Checkpoints(arguments).ShouldBe([best, 12], ignoreOrder: true);
        Adapter(arguments).ShouldBe(File.ReadAllBytes(Path.Combine(Checkpoint(arguments, best), AdapterFolder.WeightsFile)));
        Adapter(arguments).ShouldNotBe(File.ReadAllBytes(Path.Combine(Checkpoint(arguments, 12), AdapterFolder.WeightsFile)));
        result.EvalLoss.ShouldBe(loss, "the weights at the end are measured anew");
        (result.Steps, EvalLosses(arguments)[^1]).ShouldBe((12, (12, loss)));
    }

    [Fact]
    public void Without_the_key_the_last_step_is_the_result_and_is_measured_once()
    {
        TrainingArguments arguments = Overfitting("out");
        TrainingResult result = Train(arguments);
        State(arguments).GetProperty("best_metric").ValueKind.ShouldBe(JsonValueKind.Null);
        State(arguments).GetProperty("best_model_checkpoint").ValueKind.ShouldBe(JsonValueKind.Null);
        Adapter(arguments).ShouldBe(File.ReadAllBytes(Path.Combine(Checkpoint(arguments, 12), AdapterFolder.WeightsFile)));
        EvalLosses(arguments).Select(e => e.Step).ShouldBe(Enumerable.Range(1, 12));
        result.EvalLoss.ShouldBe(EvalLosses(arguments)[^1].Loss);
    }

    [Fact]
    public void A_metric_alone_is_tracked_and_names_a_checkpoint_only_where_there_is_one()
    {
        TrainingArguments lowest = Overfitting("lowest") with { MetricForBestModel = "loss" };
        Train(lowest);
        State(lowest).GetProperty("best_global_step").GetInt32().ShouldBe(EvalLosses(lowest).MinBy(e => e.Loss).Step);
        State(lowest).GetProperty("best_model_checkpoint").ValueKind.ShouldBe(JsonValueKind.Null);

        TrainingArguments highest = Overfitting("highest") with
        {
            MetricForBestModel = "eval_loss",
            GreaterIsBetter = true,
            SaveSteps = 1,
            SaveTotalLimit = 2
        };
        Train(highest);
        int step = EvalLosses(highest).MaxBy(e => e.Loss).Step;
        State(highest).GetProperty("best_global_step").GetInt32().ShouldBe(step);
        State(highest).GetProperty("best_model_checkpoint").GetString().ShouldBe(Checkpoint(highest, step));
        Directory.Exists(Checkpoint(highest, step)).ShouldBeTrue();
    }

    [Fact]
    public void Each_better_evaluation_is_saved_where_that_is_the_strategy()
    {
        TrainingArguments arguments = Overfitting("out") with { SaveStrategy = "best" };
        Train(arguments);
        (int Step, double Loss)[] losses = EvalLosses(arguments);
        Checkpoints(arguments).ShouldBe(losses.Where((e, i) => losses.Take(i).All(earlier => earlier.Loss > e.Loss)).Select(e => e.Step),
            ignoreOrder: true);
    }

    [Fact]
    public void Evaluations_come_by_epochs_too()
    {
        TrainingArguments arguments = Overfitting("out") with { EvalSteps = null, EvalStrategy = "epoch" };
        Train(arguments);
        EvalLosses(arguments).Select(e => e.Step).ShouldBe([3, 6, 9, 12], "12 examples, 4 a step");
    }

    [Fact]
    public void The_training_ends_early_with_all_its_outputs()
    {
        TrainingArguments whole = Overfitting("whole"),
            early = Overfitting("early") with { EarlyStoppingSteps = 2, SaveTotalLimit = 2, PlotLoss = true };
        Train(whole);
        RecordingObserver observer = new();
        TrainingResult result = Train(early, observer);

        int end = EndOf(EvalLosses(whole), patience: 2);
        end.ShouldBeInRange(3, 11);
        result.Steps.ShouldBe(end);
        EvalLosses(early).ShouldBe(EvalLosses(whole).Take(end));
        observer.Warnings.ShouldHaveSingleItem().ShouldStartWith(
            $"early_stopping_steps: the training ends at step {end}, after 2 evaluations that did not beat the best one (step {end - 2}, ");
        Checkpoints(early).ShouldContain(end);
        foreach (string file in (string[])["adapter_model.safetensors", "train_results.json", "eval_results.json", "all_results.json",
            "training_loss.png", "README.md"])
            File.Exists(Path.Combine(early.OutputDir, file)).ShouldBeTrue(file);
        State(early).GetProperty("max_steps").GetInt32().ShouldBe(12);
        State(early).GetProperty("global_step").GetInt32().ShouldBe(end);
    }

    [Fact]
    public void A_stopped_and_resumed_training_decides_as_an_unbroken_one()
    {
        TrainingArguments whole = Overfitting("whole") with { EarlyStoppingSteps = 3, LoadBestModelAtEnd = true, SaveTotalLimit = 1 };
        TrainingArguments parts = whole with { OutputDir = _folder.File("parts"), ResumeFromCheckpoint = "true" };
        int steps = Train(whole).Steps;
        // A stop comes between a step and its evaluation: before the best one, at it, and while worse ones are counted.
        for (int at = 1; at <= steps; at++)
        {
            using CancellationTokenSource stop = new();
            Should.Throw<OperationCanceledException>(() =>
                Train(parts, new RecordingObserver { Stepped = step => { if (step == at) stop.Cancel(); } }, stop.Token));
        }
        Train(parts).Steps.ShouldBe(steps);

        Adapter(parts).ShouldBe(Adapter(whole));
        EvalLosses(parts).ShouldBe(EvalLosses(whole));
        foreach (string key in (string[])["best_global_step", "best_metric", "global_step", "epoch"])
            State(parts).GetProperty(key).GetRawText().ShouldBe(State(whole).GetProperty(key).GetRawText(), key);
        // Once more from its end: nothing is left to do, and the result is the same.
        Train(parts).ResumedFromStep.ShouldBe(steps);
        Adapter(parts).ShouldBe(Adapter(whole));
        EvalLosses(parts).ShouldBe(EvalLosses(whole));
    }

    [Fact]
    public void Other_evaluations_are_another_configuration_only_where_they_decide()
    {
        TrainingArguments tracked = Overfitting("tracked") with { LoadBestModelAtEnd = true };
        Train(tracked);
        Should.Throw<InputException>(() => Train(tracked with { EvalSteps = 2, ResumeFromCheckpoint = "true" })).Message
            .ShouldContain(
            "best evaluation was kept, lowest loss, every 1 steps, end after no number worse ones and is kept, lowest loss, every 2 steps");
        TrainingArguments free = Overfitting("free");
        Train(free);
        Train(free with { EvalSteps = 2, ResumeFromCheckpoint = "true" }).ResumedFromStep.ShouldBe(12);
    }

    [Fact]
    public void A_damaged_best_checkpoint_is_told_and_the_last_step_is_the_result()
    {
        TrainingArguments arguments = Overfitting("out") with { LoadBestModelAtEnd = true };
        RecordingObserver observer = new()
        {
            Stepped = step =>
            {
                // Those that are there for being the best at their time.
                foreach (int best in step < 12 ? [] : Checkpoints(arguments).Where(s => s % arguments.SaveSteps != 0))
                    File.WriteAllText(Path.Combine(Checkpoint(arguments, best), AdapterFolder.WeightsFile), "torn");
            },
        };
        Train(arguments, observer);
        observer.Warnings.ShouldHaveSingleItem()
            .ShouldEndWith(
            "adapter_model.safetensors is damaged (its hash is not the manifest's); the result is the last step's, not the best "
            + "evaluation's");
        Adapter(arguments).ShouldBe(File.ReadAllBytes(Path.Combine(Checkpoint(arguments, 12), AdapterFolder.WeightsFile)));
    }

    // Held-out examples are random too: the loss on them falls a little, then rises for good while the training one falls.
    private TrainingArguments Overfitting(string name) => TinyTraining.Arguments(_folder.File(name)) with
    {
        MaxSteps = 12,
        LearningRate = 5e-2,
        EvalDataset = ["held"],
        EvalSteps = 1,
        SaveSteps = 4,
    };

    private TrainingResult Train(TrainingArguments arguments, RecordingObserver? observer = null, CancellationToken? stop = null) =>
        LoraTrainer.Train(arguments, _model, TinyTraining.Data(), observer, stop ?? TestContext.Current.CancellationToken);

    // The rule of early stopping, told another way: the first step whose last evaluations are all worse than the best before them.
    private static int EndOf((int Step, double Loss)[] losses, int patience) => Enumerable.Range(patience, losses.Length - patience)
        .First(last =>
            losses[(last - patience + 1)..(last + 1)].All(e => e.Loss >= losses.Take(last - patience + 1).Min(earlier => earlier.Loss)))
            + 1;

    private static string Checkpoint(TrainingArguments arguments, int step) => Path.Combine(arguments.OutputDir, $"checkpoint-{step}");

    private static int[] Checkpoints(TrainingArguments arguments) =>
        [.. Directory.EnumerateDirectories(arguments.OutputDir, "checkpoint-*")
        .Select(f => int.Parse(f.Split('-')[^1], System.Globalization.CultureInfo.InvariantCulture))];

    private static byte[] Adapter(TrainingArguments arguments) =>
        File.ReadAllBytes(Path.Combine(arguments.OutputDir, AdapterFolder.WeightsFile));

    private static JsonElement State(TrainingArguments arguments) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(arguments.OutputDir, "trainer_state.json"))).RootElement;

    private static (int Step, double Loss)[] EvalLosses(TrainingArguments arguments) =>
        [.. State(arguments).GetProperty("log_history").EnumerateArray().Where(e => e.TryGetProperty("eval_loss", out _))
            .Select(e => (e.GetProperty("step").GetInt32(), e.GetProperty("eval_loss").GetDouble()))];
}
