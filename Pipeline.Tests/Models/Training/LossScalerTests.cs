using System.Text.Json;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;
using Pipeline.Models.Training.Optimization;
using Pipeline.Models.Training.Pass;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training;

public sealed class LossScalerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_starts_at_65536_and_is_halved_by_each_overflow()
    {
        LossScaler scaler = new();
        scaler.Factor.ShouldBe(65_536);
        scaler.Update(overflowed: true);
        scaler.Update(overflowed: true);
        scaler.Factor.ShouldBe(16_384);
        scaler.IsExhausted.ShouldBeFalse();
        for (int i = 0; i < 15; i++)
            scaler.Update(overflowed: true);
        scaler.IsExhausted.ShouldBeTrue();
    }

    [Fact]
    public void It_is_doubled_after_2000_good_steps_in_a_row()
    {
        LossScaler scaler = new();
        for (int i = 0; i < 1999; i++)
            scaler.Update(overflowed: false);
        scaler.Factor.ShouldBe(65_536);
        scaler.Update(overflowed: true);
        (scaler.Factor, scaler.GoodSteps).ShouldBe((32_768, 0));
        for (int i = 0; i < 2000; i++)
            scaler.Update(overflowed: false);
        (scaler.Factor, scaler.GoodSteps).ShouldBe((65_536, 0));
    }

    [Fact]
    public void It_never_grows_beyond_float32()
    {
        LossScaler scaler = new() { Factor = Math.Pow(2, 127), GoodSteps = 1999 };
        scaler.Update(overflowed: false);
        (scaler.Factor, scaler.GoodSteps).ShouldBe((Math.Pow(2, 127), 0));
    }

    [Fact]
    public void Training_in_float16_lowers_the_loss()
    {
        using DecoderModel model = HalfModel();
        TrainingResult result = Train(model, Arguments("out") with { MaxSteps = 40 });
        result.LastLoss.ShouldBeLessThan(result.FirstLoss * 0.9);
    }

    [Fact]
    public void A_step_whose_gradient_overflows_changes_nothing_but_the_factor()
    {
        using DecoderModel model = HalfModel();
        using LoraAdapter adapter = LoraInjector.Inject(model, Arguments("x").Lora, 1);
        using AdamW optimizer = new(adapter.NamedTensors(), Arguments("x"));
        using TrainingPass pass = new(model);
        LossScaler scaler = new() { Factor = Math.Pow(2, 40), GoodSteps = 10 };
        TrainingStep step = new(pass, optimizer, 1, scaler: scaler);
        byte[] before = Weights(adapter);
        step.Run([new MicroBatch([0], TinyTraining.Examples(1))], 0, 1e-3, TestContext.Current.CancellationToken).IsSkipped.ShouldBeTrue();
        Weights(adapter).ShouldBe(before);
        optimizer.Steps.ShouldBe(0);
        scaler.ShouldBe(new LossScaler { Factor = Math.Pow(2, 39), GoodSteps = 0 });

        scaler.Factor = 1024;
        StepResult scaled = step.Run([new MicroBatch([0], TinyTraining.Examples(1))], 1, 1e-3, TestContext.Current.CancellationToken);
        scaled.IsSkipped.ShouldBeFalse();
        scaled.GradientNorm.ShouldBeInRange(1e-3, 100, "the factor is taken out again");
        Weights(adapter).ShouldNotBe(before);
        (optimizer.Steps, scaler.GoodSteps).ShouldBe((1, 1));
    }

    [Fact]
    public void A_training_goes_on_past_skipped_steps_without_counting_them_as_updates()
    {
        using DecoderModel model = HalfModel();
        TrainingArguments arguments = Arguments("out") with { MaxSteps = 40, SaveSteps = 1000, LoggingSteps = 1 };
        using (CancellationTokenSource stop = new())
            Should.Throw<OperationCanceledException>(() => LoraTrainer.Train(arguments, model, TinyTraining.Data(),
                new RecordingObserver { Stepped = _ => stop.Cancel() }, stop.Token));
        string checkpoint = Path.Combine(arguments.OutputDir, "checkpoint-1");
        new CheckpointStore(arguments.OutputDir, null, _ => { }).Save(1, folder =>
        {
            foreach (string file in Directory.GetFiles(checkpoint).Where(file => Path.GetFileName(file) != CheckpointStore.ManifestFile))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            TrainerState state = State(arguments, 1);
            state.LossScaler!.Factor = Math.Pow(2, 40);
            File.WriteAllText(Path.Combine(folder, Checkpoint.StateFile), JsonSerializer.Serialize(state));
        });
        TrainingResult result = Train(model, arguments with { ResumeFromCheckpoint = "true" });
        TrainerState last = State(arguments, 40);
        last.SkippedSteps.ShouldBeInRange(15, 35);
        last.LossScaler!.Factor.ShouldBe(Math.Pow(2, 40 - last.SkippedSteps));
        last.LossScaler.GoodSteps.ShouldBeGreaterThan(0);
        result.LastLoss.ShouldBeLessThan(result.FirstLoss);
        string[] log = File.ReadAllLines(Path.Combine(arguments.OutputDir, "trainer_log.jsonl"));
        log.Length.ShouldBeGreaterThan(40);
        // The learning rate falls with the updates, not with the steps.
        log.Skip(1).Take(15).ShouldAllBe(line => line.Contains(log[1].Substring(log[1].IndexOf("\"lr\"", StringComparison.Ordinal), 12)));
        File.ReadAllText(Path.Combine(arguments.OutputDir, "trainer_state.json")).ShouldContain("\"grad_norm\": null");
    }

    [Fact]
    public void A_resumed_training_in_float16_gives_the_very_same_adapter()
    {
        using DecoderModel model = HalfModel();
        TrainingArguments whole = Arguments("whole"), parts = Arguments("parts");
        Train(model, whole);
        using CancellationTokenSource stop = new();
        RecordingObserver observer = new() { Stepped = step => { if (step == 4) stop.Cancel(); } };
        Should.Throw<OperationCanceledException>(() => LoraTrainer.Train(parts, model, TinyTraining.Data(), observer, stop.Token));
        Train(model, parts with { ResumeFromCheckpoint = "true" }).ResumedFromStep.ShouldBe(4);
        File.ReadAllBytes(Path.Combine(parts.OutputDir, AdapterFolder.WeightsFile))
            .ShouldBe(File.ReadAllBytes(Path.Combine(whole.OutputDir, AdapterFolder.WeightsFile)));
        State(parts, 8).LossScaler.ShouldBe(State(whole, 8).LossScaler);
    }

    [Fact]
    public void A_gradient_that_overflows_at_every_factor_ends_the_training()
    {
        using DecoderModel model = HalfModel();
        using LoraAdapter adapter = LoraInjector.Inject(model, Arguments("x").Lora, 1);
        LossScaler scaler = new() { Factor = 0.5 };
        using AdamW optimizer = new(adapter.NamedTensors(), Arguments("x"));
        using (IDisposable noGrad = no_grad())
            adapter.NamedTensors().First(t => t.Key.Contains("lora_B")).Value.fill_(float.PositiveInfinity);
        using TrainingPass pass = new(model);
        TrainingStep step = new(pass, optimizer, 1, scaler: scaler);
        Should.Throw<TrainingDivergedException>(() =>
            step.Run([new MicroBatch([0], TinyTraining.Examples(1))], 0, 1e-3, TestContext.Current.CancellationToken));
    }

    private TrainingArguments Arguments(string name) => TinyTraining.Arguments(_folder.File(name)) with { Fp16 = true };

    private static byte[] Weights(LoraAdapter adapter) => [.. adapter.NamedTensors().SelectMany(t => t.Value.detach().bytes.ToArray())];

    private static DecoderModel HalfModel()
    {
        DecoderModel model = new(TinyTraining.Config, ScalarType.Float16, CPU);
        using Generator generator = new(1);
        model.InitializeWeights(generator);
        return model;
    }

    private static TrainingResult Train(DecoderModel model, TrainingArguments arguments) =>
        LoraTrainer.Train(arguments, model, TinyTraining.Data(), null, TestContext.Current.CancellationToken);

    private static TrainerState State(TrainingArguments arguments, int step) =>
        JsonSerializer.Deserialize<TrainerState>(
        File.ReadAllText(Path.Combine(arguments.OutputDir, $"checkpoint-{step}", Checkpoint.StateFile)))!;
}
