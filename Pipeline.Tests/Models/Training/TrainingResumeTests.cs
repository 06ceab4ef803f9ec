using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training;

/// <summary>Checkpoints as a training meets them: what it goes on from, and what happens when one is gone or cannot be written.</summary>
public sealed class TrainingResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DecoderModel _model = TinyTraining.Model();

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_stopped_and_resumed_training_gives_the_very_same_adapter_and_log()
    {
        TrainingArguments whole = TinyTraining.Arguments(_folder.File("whole")), parts = TinyTraining.Arguments(_folder.File("parts"));
        Train(whole);
        foreach (int stopAfter in (int[])[2, 5, 7])
        {
            using CancellationTokenSource stop = new();
            Should.Throw<OperationCanceledException>(() => Train(parts with { ResumeFromCheckpoint = "true" },
                new RecordingObserver { Stepped = step => { if (step == stopAfter) stop.Cancel(); } }, stop));
            Directory.Exists(Path.Combine(parts.OutputDir, $"checkpoint-{stopAfter}"))
                .ShouldBeTrue("a graceful stop saves the last full step");
        }
        Train(parts with { ResumeFromCheckpoint = "true" }).ResumedFromStep.ShouldBe(7);

        Adapter(parts).ShouldBe(Adapter(whole));
        Log(parts).ShouldBe(Log(whole));
    }

    [Fact]
    public void An_evaluation_cut_short_by_a_stop_is_made_up_for()
    {
        TrainingArguments whole = TinyTraining.Arguments(_folder.File("whole")) with { EvalSteps = 2 },
            parts = whole with { OutputDir = _folder.File("parts") };
        Train(whole);
        using CancellationTokenSource stop = new();
        Should.Throw<OperationCanceledException>(() =>
            Train(parts, new RecordingObserver { Stepped = step => { if (step == 4) stop.Cancel(); } }, stop));
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
        RecordingObserver observer = new();
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
        string message = Should.Throw<InputException>(() =>
            Train(arguments with { MaxSteps = 3, LoraRank = 2, ResumeFromCheckpoint = "true" })).Message;
        message.ShouldContain("checkpoint-3: the checkpoint is of another configuration: lora_rank was 4 and is 2");
        Should.Throw<InputException>(() => LoraTrainer.Train(arguments with { MaxSteps = 3, ResumeFromCheckpoint = "true" }, _model,
            TinyTraining.Data(train: 13), null, TestContext.Current.CancellationToken)).Message.ShouldContain("examples was 12 and is 13");
        using (DecoderModel other = TinyTraining.Model(seed: 2))
            Should.Throw<InputException>(() => LoraTrainer.Train(arguments with { MaxSteps = 3, ResumeFromCheckpoint = "true" }, other,
                TinyTraining.Data(), null,
                TestContext.Current.CancellationToken)).Message.ShouldContain("another configuration: model was ");
        Directory.Exists(Path.Combine(arguments.OutputDir, "checkpoint-3")).ShouldBeTrue();
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_is_told_and_the_training_goes_on()
    {
        TrainingArguments whole = TinyTraining.Arguments(_folder.File("whole")), full = TinyTraining.Arguments(_folder.File("full"));
        Train(whole);
        RecordingObserver observer = new()
        {
            Checkpointing = step => { if (step == 6) LoseDisk(full); },
            Stepped = step => { if (step == 8) FindDisk(full); },
        };
        Train(full, observer);
        observer.Warnings[0].ShouldStartWith("the checkpoint of step 6 could not be written: ");
        observer.Warnings[0].ShouldContain("checkpoint-3 is intact. The training goes on, and ends if the next checkpoint fails too");
        Adapter(full).ShouldBe(Adapter(whole));
        Log(full).ShouldBe(Log(whole));
        Directory.GetDirectories(full.OutputDir).Select(Path.GetFileName).Order().ShouldBe(["checkpoint-3", "checkpoint-8"]);
    }

    [Fact]
    public void Two_checkpoints_in_a_row_that_cannot_be_written_end_the_training()
    {
        TrainingArguments whole = TinyTraining.Arguments(_folder.File("whole")) with { SaveSteps = 2 },
            full = whole with { OutputDir = _folder.File("full") };
        Train(whole);
        RecordingObserver observer = new() { Checkpointing = step => { if (step == 4) LoseDisk(full); } };
        string message = Should.Throw<CheckpointException>(() => Train(full, observer)).Message;
        message.ShouldStartWith("2 checkpoints in a row could not be written, the last one of step 6: ");
        message.ShouldContain("checkpoint-2 is intact. Free some space, then go on with --resume");
        observer.Warnings.ShouldContain(w => w.Contains("trainer_log.jsonl") && w.Contains("the lines are kept in memory"));
        FindDisk(full);
        Train(full with { ResumeFromCheckpoint = "true" }).ResumedFromStep.ShouldBe(2);
        Adapter(full).ShouldBe(Adapter(whole));
        Log(full).ShouldBe(Log(whole));
    }

    [Fact]
    public void A_second_training_in_the_same_folder_is_refused_while_the_first_one_works()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out"));
        Train(arguments, new RecordingObserver
        {
            Stepped = _ =>
                Should.Throw<InputException>(() =>
                    Train(arguments with { ResumeFromCheckpoint = "true" })).Message.ShouldContain("another training is writing there"),
        });
        Directory.GetFiles(arguments.OutputDir, "*.lock").ShouldBeEmpty();
    }

    [Fact]
    public void A_finished_training_is_not_done_again_and_its_outputs_are_made_up_for()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out"));
        Train(arguments);
        byte[] adapter = Adapter(arguments);
        string[] log = Log(arguments);
        foreach (string file in (string[])[AdapterFolder.WeightsFile, "all_results.json", "README.md"])
            File.Delete(Path.Combine(arguments.OutputDir, file));
        File.WriteAllText(Path.Combine(arguments.OutputDir, AdapterFolder.WeightsFile + ".x.tmp"), "half");
        List<int> steps = new();
        TrainingResult result = Train(arguments with { ResumeFromCheckpoint = "true" }, new RecordingObserver { Stepped = steps.Add });
        steps.ShouldBeEmpty();
        result.ResumedFromStep.ShouldBe(8);
        Adapter(arguments).ShouldBe(adapter);
        Log(arguments).ShouldBe(log);
        Directory.GetFiles(arguments.OutputDir).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["README.md", "adapter_config.json", "adapter_model.safetensors",
            "all_results.json", "eval_results.json", "train_results.json", "trainer_log.jsonl", "trainer_state.json"]);
    }

    [Fact]
    public void Another_number_of_threads_on_resume_is_told()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out"));
        Train(arguments);
        string checkpoint = Path.Combine(arguments.OutputDir, "checkpoint-8");
        new CheckpointStore(arguments.OutputDir, null, _ => { }).Save(8, folder =>
        {
            foreach (string file in Directory.GetFiles(checkpoint).Where(file => Path.GetFileName(file) != CheckpointStore.ManifestFile))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            string state = Path.Combine(folder, Checkpoint.StateFile);
            File.WriteAllText(state, File.ReadAllText(state).Replace($"\"Threads\": {get_num_threads()}", "\"Threads\": 77"));
        });
        RecordingObserver observer = new();
        Train(arguments with { ResumeFromCheckpoint = checkpoint }, observer);
        observer.Warnings.ShouldHaveSingleItem().ShouldContain("computed with 77 threads");
    }

    [Fact]
    public void A_folder_with_an_earlier_training_is_not_overwritten_unasked()
    {
        TrainingArguments arguments = TinyTraining.Arguments(_folder.File("out")) with { MaxSteps = 3 };
        Train(arguments);
        Should.Throw<InputException>(() =>
            Train(arguments)).Message.ShouldContain("holds checkpoints of an earlier training (up to step 3)");
        Train(arguments with { OverwriteOutputDir = true, SaveStrategy = "no" });
        Directory.EnumerateDirectories(arguments.OutputDir).ShouldBeEmpty();
    }

    private TrainingResult Train(TrainingArguments arguments, RecordingObserver? observer = null, CancellationTokenSource? stop = null) =>
        LoraTrainer.Train(arguments, _model, TinyTraining.Data(), observer, stop?.Token ?? TestContext.Current.CancellationToken);

    // A disk that takes nothing any more: in place of the folder there is a file.
    private static void LoseDisk(TrainingArguments arguments)
    {
        Directory.Move(arguments.OutputDir, arguments.OutputDir + ".away");
        File.WriteAllText(arguments.OutputDir, "");
    }

    private static void FindDisk(TrainingArguments arguments)
    {
        File.Delete(arguments.OutputDir);
        Directory.Move(arguments.OutputDir + ".away", arguments.OutputDir);
    }

    private static byte[] Adapter(TrainingArguments arguments) =>
        File.ReadAllBytes(Path.Combine(arguments.OutputDir, AdapterFolder.WeightsFile));

    // Without the times, which no two runs share.
    private static string[] Log(TrainingArguments arguments) =>
        [.. File.ReadAllLines(Path.Combine(arguments.OutputDir, "trainer_log.jsonl"))
        .Select(line => line[..line.IndexOf(", \"elapsed_time", StringComparison.Ordinal)])];
}
