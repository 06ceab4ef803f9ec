using Pipeline.Models.Families;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;
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
    public void Loss_that_is_no_number_stops_with_step_and_batch_and_keeps_the_last_checkpoint()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out"));
        RecordingObserver observer = new()
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
    public void The_output_has_the_files_of_llama_factory()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out")) with
        {
            EvalSteps = 4,
            PlotLoss = true,
            SaveTotalLimit = 1
        };
        TrainingResult result = Train(arguments);
        string[] files = [.. Directory.EnumerateFiles(arguments.OutputDir).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        files.ShouldBe(["README.md", "adapter_config.json", "adapter_model.safetensors", "all_results.json", "eval_results.json",
            "train_results.json", "trainer_log.jsonl", "trainer_state.json", "training_eval_loss.png", "training_loss.png"]);
        Directory.EnumerateDirectories(arguments.OutputDir).Select(Path.GetFileName).ShouldBe(["checkpoint-8"]);

        Read("README.md").ShouldContain("lora_rank: 4");
        result.EvalLoss.ShouldNotBeNull();

        string Read(string name) => File.ReadAllText(Path.Combine(arguments.OutputDir, name));
    }

    [Fact]
    public void An_adapter_can_be_trained_further()
    {
        TrainingArguments first = TinyTraining.Arguments(_folder.File("first")) with { MaxSteps = 30, LoraDropout = 0 };
        double before = Train(first).LastLoss;
        TrainingResult second = Train(TinyTraining.Arguments(_folder.File("second")) with
        {
            AdapterNameOrPath = first.OutputDir,
            MaxSteps = 3,
            LoraDropout = 0
        });
        second.FirstLoss.ShouldBeLessThan(before * 1.3);
    }

    [Fact]
    public void No_tensor_outlives_its_step()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out")) with
        {
            MaxSteps = 60,
            SaveStrategy = "no",
            LoggingSteps = 1000
        };
        List<long> alive = new();
        Train(arguments, new RecordingObserver
        {
            Stepped = _ =>
            alive.Add(DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount)
        });
        // The first step makes the gradients that stay.
        alive.Skip(1).ShouldAllBe(count => count == alive[1]);
    }

    [Fact]
    public void Checkpointed_activations_give_the_very_same_adapter()
    {
        TrainingArguments kept = TinyTraining.Arguments(_folder.File("kept")),
            again = TinyTraining.Arguments(_folder.File("again")) with { GradientCheckpointing = true };
        Train(kept);
        Train(again);
        File.ReadAllBytes(Path.Combine(again.OutputDir, "adapter_model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(kept.OutputDir, "adapter_model.safetensors")));
    }

    [Fact]
    public void Dora_and_noise_on_the_embeddings_train_and_change_what_comes_out()
    {
        TrainingArguments plain = TinyTraining.Arguments(_folder.File("plain")) with { MaxSteps = 60 };
        TrainingResult expected = Train(plain);
        TrainingResult dora = Train(plain with { OutputDir = _folder.File("dora"), UseDora = true });
        TrainingResult noisy = Train(plain with { OutputDir = _folder.File("noisy"), NeftuneNoiseAlpha = 5 });
        dora.TrainableParameters.ShouldBeGreaterThan(expected.TrainableParameters);
        dora.FirstLoss.ShouldBe(expected.FirstLoss, 1e-5, "a new magnitude changes nothing");
        noisy.FirstLoss.ShouldNotBe(expected.FirstLoss);
        foreach (TrainingResult result in (TrainingResult[])[dora, noisy])
        {
            result.LastLoss.ShouldBeLessThan(result.FirstLoss * 0.9);
            result.LastLoss.ShouldNotBe(expected.LastLoss);
        }
    }

    private TrainingResult Train(TrainingArguments arguments, RecordingObserver? observer = null, CancellationTokenSource? stop = null) =>
        LoraTrainer.Train(arguments, _model, TinyTraining.Data(), observer, stop?.Token ?? TestContext.Current.CancellationToken);

    private static byte[] Weights(DecoderModel model) => [.. model.parameters().SelectMany(p => p.bytes.ToArray())];
}
