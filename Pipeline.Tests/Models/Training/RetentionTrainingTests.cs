using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests.Models.Training;

/// <summary>Trainings that keep what the base knows.</summary>
public sealed class RetentionTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DecoderModel _model = TinyTraining.Model();

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("kl")]
    [InlineData("replay")]
    public void A_training_stopped_in_the_middle_of_an_epoch_gives_the_very_same_adapter_and_log(string retention)
    {
        // Three steps an epoch: both stops are inside one.
        TrainingArguments whole = Arguments("whole", retention), parts = Arguments("parts", retention);
        Train(whole);
        foreach (int stopAfter in (int[])[2, 7])
        {
            using CancellationTokenSource stop = new();
            Should.Throw<OperationCanceledException>(() => Train(parts with { ResumeFromCheckpoint = "true" },
                new RecordingObserver { Stepped = step => { if (step == stopAfter) stop.Cancel(); } }, stop));
        }
        Train(parts with { ResumeFromCheckpoint = "true" }).ResumedFromStep.ShouldBe(7);
        File.ReadAllBytes(Path.Combine(parts.OutputDir, AdapterFolder.WeightsFile))
            .ShouldBe(File.ReadAllBytes(Path.Combine(whole.OutputDir, AdapterFolder.WeightsFile)));
        Log(parts).ShouldBe(Log(whole));
        Log(whole).All(line => line.Contains("retention_kl") == (retention == "kl")).ShouldBeTrue();
    }

    [Fact]
    public void Held_to_the_base_an_adapter_stays_nearer_to_it_than_without()
    {
        TokenizedExample[] general = TinyTraining.Examples(9, seed: 5);
        double[] divergences = [.. ((string[])["none", "kl"]).Select(retention =>
        {
            TrainingArguments arguments = Arguments(retention, retention) with { MaxSteps = 30, SaveStrategy = "no" };
            Train(arguments);
            using LoraAdapter adapter = AdapterFolder.Load(arguments.OutputDir, _model);
            adapter.Attach();
            using TrainingBatch batch = TrainingBatch.Collate([], TorchSharp.torch.CPU, general);
            using Pipeline.Models.Training.Pass.TrainingPass pass = new(_model);
            return pass.Backward(batch, 0).Divergence;
        })];
        divergences[1].ShouldBeLessThan(divergences[0] / 2);
    }

    [Fact]
    public void The_result_tells_the_tokens_that_were_held_to_the_base()
    {
        TrainingResult none = Train(Arguments("none", "none")), kl = Train(Arguments("kl", "kl")), replay = Train(Arguments("replay",
            "replay"));
        (none.RetainedTokens, replay.RetainedTokens).ShouldBe((0, 0));
        (kl.Tokens - kl.RetainedTokens).ShouldBe(none.Tokens);
        kl.RetainedTokens.ShouldBeGreaterThanOrEqualTo((long)(0.5 * none.Tokens));
        replay.Tokens.ShouldBe(kl.Tokens);
    }

    [Fact]
    public void A_checkpoint_of_another_retention_is_refused()
    {
        TrainingArguments arguments = Arguments("out", "kl") with { MaxSteps = 3 };
        Train(arguments);
        foreach ((TrainingArguments other, string expected) in (IEnumerable<(TrainingArguments, string)>)[
            (arguments with { RetentionWeight = 2 }, "retention_weight was 1 and is 2"),
            (arguments with { Retention = "none", RetentionShare = null }, "retention was kl and is not set"),
            (arguments with { RetentionShare = 0.25 }, "retention_share was 0.5 and is 0.25")])
            Should.Throw<InputException>(() => Train(other with { ResumeFromCheckpoint = "true" })).Message.ShouldContain(expected);
        Should.Throw<InputException>(() => LoraTrainer.Train(arguments with { ResumeFromCheckpoint = "true" }, _model,
            Data().WithRetention(TinyTraining.Examples(2)), null, TestContext.Current.CancellationToken))
            .Message.ShouldContain("retention data was ");
    }

    [Fact]
    public void Checkpoints_of_versions_without_retention_are_gone_on_from() =>
        TrainingFingerprint.Of(Arguments("out", "none"), _model, Data()).Keys.ShouldNotContain(key => key.StartsWith("retention"));

    [Fact]
    public void Retention_without_general_examples_is_refused() =>
        Should.Throw<InputException>(() => LoraTrainer.Train(Arguments("out", "kl"), _model, TinyTraining.Data(), null,
            TestContext.Current.CancellationToken)).Message.ShouldContain("retention: kl needs general examples");

    [Fact]
    public void The_base_answers_once_and_a_resumed_training_goes_on_with_the_same_answers()
    {
        string data = _folder.File("d.jsonl");
        File.WriteAllLines(data, Enumerable.Range(0, 8).Select(i => $$"""{"instruction": "question {{i}}", "output": "answer {{i}}"}"""));
        TrainingArguments arguments = Arguments("out", "replay") with
        {
            ModelNameOrPath = Path.Combine(RepositoryRoot.Path, "starter", "phi4-starter"),
            DatasetDir = _folder.Path,
            Dataset = ["d.jsonl"],
            RetentionLanguages = ["it"],
            MaxSteps = 4,
        };
        using CancellationTokenSource stop = new();
        Should.Throw<OperationCanceledException>(() => LoraTrainer.Train(arguments,
            new RecordingObserver { Stepped = step => { if (step == 2) stop.Cancel(); } }, stop.Token));
        string answers = Path.Combine(arguments.OutputDir, ReplayAnswers.File);
        File.WriteAllText(answers, File.ReadAllText(answers) + " "); // noticed if written again
        LoraTrainer.Train(arguments with { ResumeFromCheckpoint = "true" }, null, TestContext.Current.CancellationToken)
            .ResumedFromStep.ShouldBe(2);
        File.ReadAllText(answers).ShouldEndWith(" ");
    }

    private TrainingArguments Arguments(string output, string retention) => TinyTraining.Arguments(_folder.File(output)) with
    {
        Retention = retention,
        RetentionShare = retention == "none" ? null : 0.5,
    };

    private static TrainingData Data() => TinyTraining.Data().WithRetention(TinyTraining.Examples(9, seed: 5));

    private TrainingResult Train(TrainingArguments arguments, RecordingObserver? observer = null, CancellationTokenSource? stop = null) =>
        LoraTrainer.Train(arguments, _model, Data(), observer, stop?.Token ?? TestContext.Current.CancellationToken);

    // Without the times, which no two runs share.
    private static string[] Log(TrainingArguments arguments) =>
        [.. File.ReadAllLines(Path.Combine(arguments.OutputDir, "trainer_log.jsonl")).Where(line => line.Contains("\"lr\""))
        .Select(line => line[..line.IndexOf(", \"elapsed_time", StringComparison.Ordinal)])];
}
