using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Served;
using Pipeline.Jobs.Train;
using Pipeline.Models;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests.Jobs;

public sealed class StageRulesTests
{
    [Theory]
    [InlineData("Bombas de Calor: año 2024", "bombas-de-calor-ano-2024")]
    [InlineData("../../etc", "etc")]
    [InlineData("日本", "adapter")]
    public void Adapter_names_are_folders_and_url_segments(string run, string name) => AdapterName.From(run).ShouldBe(name);

    [Fact]
    public void Captions_follow_their_figure_as_blockquotes() =>
        CaptionedMarkdown.Insert("a\n![Figure 1](images/figure-1.png)\nb ![F](images/x.png)", new Dictionary<string,
        string>
        { ["images/figure-1.png"] = "two\nlines" })
            .ShouldBe("a\n![Figure 1](images/figure-1.png)\n\n> two\n> lines\nb ![F](images/x.png)");

    [Fact]
    public void Failures_are_told_apart_by_type()
    {
        StageRunner.KindOf(new InputException("x")).ShouldBe(FailureKind.Input);
        StageRunner.KindOf(new TrainingDivergedException("x")).ShouldBe(FailureKind.Input);
        StageRunner.KindOf(new MemoryExhaustedException("x")).ShouldBe(FailureKind.Input);
        StageRunner.KindOf(new CheckpointException("x", new IOException("disk"))).ShouldBe(FailureKind.Transient);
        StageRunner.KindOf(new IOException("disk")).ShouldBe(FailureKind.Transient);
        StageRunner.KindOf(new NpgsqlException("gone", new TimeoutException())).ShouldBe(FailureKind.Transient);
        StageRunner.KindOf(new DbUpdateException("x", new NpgsqlException("gone", new TimeoutException()))).ShouldBe(FailureKind.Transient);
        StageRunner.KindOf(new NullReferenceException()).ShouldBe(FailureKind.Bug);
    }

    [Fact]
    public void Training_settings_win_over_the_defaults_of_runs_and_bad_ones_are_refused()
    {
        TrainingArguments arguments = Settings("""{"lora_r": 4, "lora_target": ["qkv_proj"], "save_total_limit": null}""")
            .For("/m", "/d", ["train"], "eval", "/o");
        (arguments.LoraRank, arguments.LrSchedulerType, arguments.ModelNameOrPath, arguments.OutputDir).ShouldBe((4, "cosine", "/m", "/o"));
        arguments.EvalDataset.ShouldBe(["eval"]);
        arguments.SaveTotalLimit.ShouldBeNull("a key without a value is a key left out, and so has LLaMA-Factory's default");
        TrainingArguments tracked = Settings("""
            {"eval_steps": 5, "load_best_model_at_end": true, "early_stopping_steps": 2, "packing": true, "lr_scheduler_kwargs": {"num_cycles": 0.4}}
            """).Arguments;
        (tracked.LoadBestModelAtEnd, tracked.EarlyStoppingSteps, tracked.Packing, tracked.LrSchedulerKwargs["num_cycles"])
            .ShouldBe((true, 2, true, "0.4"));
        TrainingSettings wrong = Settings("""
            {"load_best_model_at_end": true, "lora_rnk": 4, "output_dir": "/x",
             "val_size": 0.1, "max_steps": "many", "lora_dropout": 3}
            """);
        wrong.Faults.Select(fault => fault.ToString()).ShouldBe(
        [
            "training.output_dir: is filled in by the run; take it out",
            "training.val_size: is filled in by the run; take it out, and give the held-out share as dataset.eval_fraction",
            "training.lora_rnk: unknown key; did you mean lora_rank?",
            "training.max_steps: 'many' is not a whole number",
            "training.lora_dropout: 3 is out of range; use 0 to 0.99",
            "training.load_best_model_at_end: needs evaluations during the training; give eval_steps (or eval_strategy) and val_size (or "
            + "eval_dataset)",
        ]);
        Should.Throw<SettingsException>(() => wrong.Arguments).Faults.ShouldBe(wrong.Faults);
        Settings("""{"retention": "kl", "retention_dataset": "/etc/hostname"}""").Faults.ShouldHaveSingleItem().ToString()
            .ShouldStartWith("training.retention_dataset: names a file of the server; take it out");

        static TrainingSettings Settings(string json) => new(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!);
    }

    [Fact]
    public void A_model_fingerprint_changes_with_any_file_that_matters()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("config.json"), "{}");
        File.WriteAllText(folder.File("model.safetensors"), "abc");
        string before = ModelFingerprint.Of(folder.Path);
        File.WriteAllText(folder.File("README.md"), "hello");
        ModelFingerprint.Of(folder.Path).ShouldBe(before);
        File.WriteAllText(folder.File("model.safetensors"), "abd");
        ModelFingerprint.Of(folder.Path).ShouldNotBe(before);
    }
}
