using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Publish;
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
        CaptionedMarkdown.Insert("a\n![Figure 1](images/figure-1.png)\nb ![F](images/x.png)", new Dictionary<string, string> { ["images/figure-1.png"] = "two\nlines" })
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
        TrainingArguments arguments = LoraTraining.Arguments(Settings("""{"lora_rank": 4, "lora_target": ["qkv_proj"]}"""), "/m", "/d", "eval", "/o");
        (arguments.LoraRank, arguments.LrSchedulerType, arguments.ModelNameOrPath, arguments.OutputDir).ShouldBe((4, "cosine", "/m", "/o"));
        arguments.EvalDataset.ShouldBe(["eval"]);
        TrainingArguments tracked = LoraTraining.Arguments(Settings("""
            {"eval_steps": 5, "load_best_model_at_end": true, "early_stopping_steps": 2, "packing": true, "lr_scheduler_kwargs": {"num_cycles": 0.4}}
            """), "/m", "/d", "eval", "/o");
        (tracked.LoadBestModelAtEnd, tracked.EarlyStoppingSteps, tracked.Packing, tracked.LrSchedulerKwargs["num_cycles"]).ShouldBe((true, 2, true, "0.4"));
        Refusal("""{"load_best_model_at_end": true}""").ShouldContain("load_best_model_at_end: needs evaluations during the training");
        Refusal("""{"lora_rnk": 4}""").ShouldContain("lora_rnk: unknown key; did you mean lora_rank?");
        Refusal("""{"output_dir": "/x", "dataset": "y"}""").ShouldStartWith("training: dataset, output_dir: filled in by the run");

        static string Refusal(string json) => Should.Throw<InputException>(() => LoraTraining.Arguments(Settings(json), "/m", "/d", null, "/o")).Message;
        static Dictionary<string, JsonElement> Settings(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
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
