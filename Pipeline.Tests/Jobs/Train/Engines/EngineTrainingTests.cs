using Pipeline.Jobs.Train;
using Pipeline.Models;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests.Jobs.Train.Engines;

/// <summary>Trainings by another process: this product's own command as an engine, and shell scripts for what goes wrong.</summary>
public sealed class EngineTrainingTests : IDisposable
{
    private static readonly string[] Train = ["dotnet", Path.Combine(AppContext.BaseDirectory, "Pipeline.Web.dll"), "train", "{config}",
        "device=cpu"];
    private readonly EngineFixture _engine = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void An_engine_with_the_same_configuration_makes_the_same_adapter_and_the_same_curves()
    {
        TrainingOutcome outcome = _engine.Run(Train, Stop);
        int[] checkpoints = _engine.Steps("checkpoint");
        (string, int, double)[] losses = [.. _engine.Points.Where(p => p.Name is "loss" or "learning_rate" or "grad_norm").Order()];
        _engine.Points.Clear();

        string builtin = Path.Combine(_engine.Folder, "builtin");
        TrainingOutcome expected = EngineFixture.Builtin.Train(_engine.Order(builtin, retention: "none"), _engine, Stop);
        File.ReadAllBytes(Path.Combine(_engine.Output, "adapter_model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(builtin, "adapter_model.safetensors")));
        (outcome.Steps, outcome.TrainableParameters, outcome.AllParameters)
            .ShouldBe((expected.Steps, expected.TrainableParameters, expected.AllParameters));
        outcome.FirstLoss.ShouldBe(expected.FirstLoss, 1e-4);       // the log has four digits
        outcome.LastLoss.ShouldBe(expected.LastLoss, 1e-4);
        checkpoints[^1].ShouldBe(6);
        (string, int, double)[] same = [.. _engine.Points.Where(p => p.Name is "loss" or "learning_rate" or "grad_norm").Order()];
        losses.Select(p => (p.Item1, p.Item2)).Distinct().ShouldBe(same.Select(p => (p.Item1, p.Item2)).Distinct());
        foreach (((string name, int step, double value), (_, _, double builtinValue)) in losses.Zip(same))
            value.ShouldBe(builtinValue, 1e-3, $"{name} at step {step}");
        foreach (string file in (string[])["train_results.json", "eval_results.json", "all_results.json", "trainer_state.json"])
            File.Exists(Path.Combine(_engine.Output, file)).ShouldBeTrue(file);
        _engine.Logged.ShouldContain(line =>
            line.StartsWith("training: 6 steps to go after 0 done, over 12 examples", StringComparison.Ordinal));
        _engine.Logged.ShouldContain(line =>
            line.StartsWith("shell: adapter: ", StringComparison.Ordinal), "what the engine writes is in the log");
    }

    [Fact]
    public async Task An_interrupted_training_goes_on_from_its_newest_sound_checkpoint()
    {
        _engine.Settings["max_steps"] = System.Text.Json.JsonSerializer.SerializeToElement(3000);
        using (CancellationTokenSource interruption = CancellationTokenSource.CreateLinkedTokenSource(Stop))
        {
            Task<TrainingOutcome> first = Task.Run(() => _engine.Run(Train, interruption.Token), Stop);
            while (_engine.Steps("checkpoint").Length == 0 && !first.IsCompleted) await Task.Delay(10, Stop);
            await interruption.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(first);
        }
        int saved = CheckpointSteps().Max();
        Directory.CreateDirectory(Path.Combine(_engine.Output, $"checkpoint-{saved + 1}"));       // half written, as a kill leaves it
        string adapter = Path.Combine(_engine.Output, "adapter_model.safetensors");
        await File.WriteAllTextAsync(adapter, "of an earlier attempt", Stop);
        Should.Throw<InputException>(() =>
            _engine.Run($"cp \"$1\" {_engine.Folder}/seen.yaml; ls -A \"$2\" > {_engine.Folder}/seen; exit 9", Stop));
        TrainingArguments seen = TrainingArguments.Load(Path.Combine(_engine.Folder, "seen.yaml"), []);
        seen.ResumeFromCheckpoint.ShouldBe(Path.Combine(_engine.Output, $"checkpoint-{saved}"));
        (await File.ReadAllLinesAsync(Path.Combine(_engine.Folder, "seen"), Stop)).ShouldNotContain("adapter_model.safetensors");
        _engine.Logged.ShouldContain(line => line.Contains($"checkpoint-{saved + 1}: it has no trainer_state.json"));
        File.Exists(Path.Combine(_engine.Output, "trainer_log.jsonl")).ShouldBeTrue("the curve goes on");
        int measured = _engine.Steps("loss").Max();
        _engine.Steps("loss").Distinct().Count().ShouldBe(measured, "no step of it is lost");
        _engine.Remembered.Where(p => p.Name == "loss").Select(p => p.Step)
            .ShouldBe(Enumerable.Range(1, measured), "the next attempt stores them again, but did not do them");
    }

    [Fact]
    public void Without_a_checkpoint_it_starts_anew_in_an_empty_folder()
    {
        Directory.CreateDirectory(_engine.Output);
        File.WriteAllText(Path.Combine(_engine.Output, "trainer_log.jsonl"), "{\"current_steps\": 1, \"total_steps\": 9, \"loss\": 7.5}\n");
        Should.Throw<InputException>(() => _engine.Run("ls -A \"$2\"; exit 1")).Message.ShouldEndWith("it wrote nothing");
        _engine.Points.ShouldBeEmpty();
        TrainingArguments.Load(_engine.Config, []).ResumeFromCheckpoint.ShouldBeNull();
    }

    [Fact]
    public void A_failing_engine_is_told_with_its_exit_code_and_its_last_words()
    {
        Environment.SetEnvironmentVariable("ConnectionStrings__OfAnEngineTest", "password");
        string said = Should.Throw<InputException>(() =>
            _engine.Run(
            "echo \"starting: $GREETING, secret $ConnectionStrings__OfAnEngineTest\"; seq 1 500; printf '\\033[31mCUDA out of "
            + "memory\\033[0m\\nat line 7' >&2; exit 3", Stop)).Message;
        said.ShouldBe(
            $"train.engine: shell: sh ended with exit code 3:{Environment.NewLine}CUDA out of memory{Environment.NewLine}at line 7");
        _engine.Logged.ShouldContain("shell: starting: hello, secret");
        _engine.Logged.Count.ShouldBeLessThan(60, "500 lines in a moment would flood the log");
        _engine.Logged.ShouldContain(line => line.EndsWith("more lines in the last seconds"));
        Should.Throw<InputException>(() =>
            _engine.Run("kill -KILL $$", Stop)).Message.ShouldStartWith("train.engine: shell: sh ended with signal 9:");
    }

    [Theory]
    [InlineData(
        "", "sh ended well, but left no adapter_config.json in its output_dir; it must write a PEFT adapter there. Its last lines:")]
    [InlineData("cp ADAPTER/adapter_config.json \"$2\"", "sh ended well, but left no adapter_model.safetensors in its output_dir;")]
    [InlineData("cp ADAPTER/* \"$2\"; truncate -s 1000 \"$2/adapter_model.safetensors\"", "the adapter that it made cannot be used: ")]
    [InlineData("cp ADAPTER/* \"$2\"; sed -i 's/\"r\": 8/\"r\": 4/' \"$2/adapter_config.json\"",
        "the adapter that it made cannot be used: ")]
    [InlineData("cp ADAPTER/* \"$2\"; sed -i 's/\"o_proj\"/\"lm_head\"/' \"$2/adapter_config.json\"",
        "the adapter that it made cannot be used: ")]
    [InlineData("cp ADAPTER/* \"$2\"",
        "neither trainer_log.jsonl nor trainer_state.json nor train_results.json has a loss; the engine must write one of them")]
    public void An_engine_that_ends_well_without_a_sound_adapter_has_failed(string script, string message) =>
        Should.Throw<InputException>(() =>
            _engine.Run(script.Replace("ADAPTER", EngineFixture.Adapter), Stop)).Message.ShouldContain(message);

    [Fact]
    public void An_adapter_of_another_rank_than_asked_for_is_refused()
    {
        _engine.Settings["lora_rank"] = System.Text.Json.JsonSerializer.SerializeToElement(16);
        Should.Throw<InputException>(() => _engine.Run($"cp {EngineFixture.Adapter}/* \"$2\"", Stop)).Message.ShouldBe(
            "train.engine: shell: the adapter that it made has rank 8, and lora_rank is 16: it did not follow its configuration");
    }

    [Fact]
    public async Task The_log_is_followed_while_the_engine_works_and_results_of_python_become_json()
    {
        Task<TrainingOutcome> training = Task.Run(() => _engine.Run($$"""
            cd "$2"; cp {{EngineFixture.Adapter}}/* .; echo pickle > training_args.bin
            printf '{"current_steps": 1, "total_steps": 3, "loss": 2.5, "lr": 1e-05, "epoch": 0.5}\n{"current_steps": 2, "total' > trainer_log.jsonl
            until [ -e go ]; do sleep 0.05; done; rm go
            printf '_steps": 3, "loss": NaN}\nnot json\n{"current_steps": 3, "total_steps": 3, "loss": 1.5}\n' >> trainer_log.jsonl
            echo '{"log_history": [{"step": 1, "loss": 2.5, "grad_norm": 0.25, "epoch": 0.5}, {"step": 3, "grad_norm": NaN}]}' > trainer_state.json
            echo '{"train_loss": 2.0, "eval_loss": NaN}' > all_results.json
            """, Stop), Stop);
        while (_engine.Points.Count < 3 && !training.IsCompleted) await Task.Delay(10, Stop);
        training.IsCompleted.ShouldBeFalse();
        _engine.Points.ToArray().ShouldBe([("total_steps", 0, 3), ("loss", 1, 2.5), ("learning_rate", 1, 1e-5)]);
        await File.WriteAllTextAsync(Path.Combine(_engine.Output, "go"), "", Stop);
        TrainingOutcome outcome = await training;
        (outcome.Steps, outcome.FirstLoss, outcome.LastLoss).ShouldBe((3, 2.5, 1.5));
        _engine.Points.Skip(3).ShouldBe([("loss", 3, 1.5), ("grad_norm", 1, 0.25)]);
        _engine.Logged.ShouldContain("training: train.engine: shell: the loss at step 2 is no number");
        _engine.Logged.ShouldContain("training: train.engine: shell: 1 lines of its trainer_log.jsonl cannot be read");
        (await File.ReadAllTextAsync(Path.Combine(_engine.Output, "all_results.json"), Stop)).ShouldContain("\"eval_loss\": null");
        File.Exists(Path.Combine(_engine.Output, "training_args.bin")).ShouldBeFalse("a pickle is not published");
    }

    [Theory]
    [InlineData("device", "\"cpu\"", "training.device: 'cpu' is a key of this product alone")]
    [InlineData("lora_target", "\"q_proj\"",
        "training.lora_target: q_proj is no linear layer of this model; it has qkv_proj, o_proj, gate_up_proj, down_proj (or use all)")]
    [InlineData("lora_rnk", "8", "training.lora_rnk: unknown key; did you mean lora_rank?")]
    [InlineData("output_dir", "\"/etc\"", "training.output_dir: is filled in by the run")]
    [InlineData("adapter_name_or_path", "\"/nowhere\"", "training.adapter_name_or_path: /nowhere: no adapter_config.json")]
    public void Settings_that_do_not_fit_are_refused_before_anything_starts(string key, string value, string message)
    {
        _engine.Settings[key] = System.Text.Json.JsonDocument.Parse(value).RootElement;
        Should.Throw<InputException>(() => _engine.Run("touch \"$2/ran\"", Stop)).Message.ShouldContain(message);
        File.Exists(Path.Combine(_engine.Output, "ran")).ShouldBeFalse();
    }

    private int[] CheckpointSteps() =>
        [.. Directory.GetDirectories(_engine.Output, "checkpoint-*")
        .Select(f => int.Parse(f[(f.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture))];
}
