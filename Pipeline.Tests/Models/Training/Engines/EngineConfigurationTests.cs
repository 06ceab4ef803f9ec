using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Engines;

namespace Pipeline.Tests.Models.Training.Engines;

public sealed class EngineConfigurationTests
{
    private const string Keys = """
        {"model_name_or_path": "/m", "dataset_dir": "/d", "dataset": "train", "eval_dataset": "eval", "output_dir": "/o", "resume_from_checkpoint": "/o/checkpoint-5",
         "lora_r": 8, "lora_alpha": 16, "lora_target": ["qkv_proj", "o_proj"], "learning_rate": 5e-5, "weight_decay": 1e-6, "num_train_epochs": 20, "max_steps": -1,
         "bf16": true, "eval_steps": 7, "packing": true, "lr_scheduler_type": "cosine_with_min_lr", "lr_scheduler_kwargs": {"num_cycles": 2, "min_lr": 1.0e-07},
         "default_system": "Say \"so\": # not a comment", "save_total_limit": null, "flash_attn": "fa2", "ddp_timeout": 180000000}
        """;

    [Fact]
    public void The_file_is_read_as_the_same_training()
    {
        Dictionary<string, JsonElement> given = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Keys)!;
        TrainingArguments arguments = TrainingArguments.Parse(Keys, "given.json");
        string yaml = EngineConfiguration.Write(arguments, given, "phi4_mini", new Dictionary<string, JsonNode?>());
        TrainingArguments read = TrainingArguments.Parse(yaml, "train.yaml");
        string[] mapped = ["template", "eval_strategy"];
        read.Describe().Where(k => !mapped.Contains(k.Key)).ShouldBe(arguments.Describe().Where(k => !mapped.Contains(k.Key)));
        read.Template.ShouldBe("phi4_mini");
        read.EvalStrategy.ShouldBe("steps");
        (read.Packing, read.NeatPacking).ShouldBe((true, false));
        string[] lines = yaml.Split('\n');
        foreach (string line in (string[])["stage: \"sft\"", "do_train: true", "do_eval: true", "finetuning_type: \"lora\"",
            "report_to: \"none\"", "lora_rank: 8", "lora_alpha: 16",
                 "lora_target: \"qkv_proj,o_proj\"", "flash_attn: \"fa2\"", "ddp_timeout: 180000000", "max_steps: -1", "bf16: true"])
            lines.ShouldContain(line);
        yaml.ShouldNotContain("lora_r:");
        yaml.ShouldNotContain("save_total_limit");
        yaml.ShouldNotContain("device");
    }

    [Fact]
    public void Keys_that_other_programs_do_not_know_are_left_out()
    {
        Dictionary<string, JsonElement> given = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(
            """{"retention": "none", "device": "auto", "lora_rank": 4}""")!;
        string yaml = EngineConfiguration.Write(new TrainingArguments { LoraRank = 4, Retention = "kl", RetentionShare = 0.1 }, given,
            "phi4_mini", new Dictionary<string, JsonNode?>());
        yaml.ShouldContain("lora_rank: 4\n");
        yaml.ShouldNotContain("retention");
    }

    [Fact]
    public void Small_numbers_are_numbers_for_readers_of_yaml_1_1_too()
    {
        Dictionary<string, JsonElement> given = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Keys)!;
        string yaml = EngineConfiguration.Write(TrainingArguments.Parse(Keys, "given.json"), given, "phi4_mini", new Dictionary<string,
            JsonNode?>());
        // The implicit float of YAML 1.1, as Python's reader has it.
        Regex number = new(@"^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$");
        foreach (string key in (string[])["learning_rate", "weight_decay"])
            number.IsMatch(Regex.Match(yaml, $"^{key}: (.*)$", RegexOptions.Multiline).Groups[1].Value).ShouldBeTrue(key);
        yaml.ShouldContain("lr_scheduler_kwargs: {\"num_cycles\": 2, \"min_lr\": 1.0e-07}");
    }

    [Fact]
    public void The_operators_keys_are_part_of_it()
    {
        Dictionary<string, JsonElement> given = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Keys)!;
        string yaml = EngineConfiguration.Write(TrainingArguments.Parse(Keys, "given.json"), given, "phi4_mini", new Dictionary<string,
            JsonNode?>
        {
            ["deepspeed"] = "/etc/ds_z3.json",
            ["flash_attn"] = "sdpa",
            ["ray_init_kwargs"] = JsonNode.Parse("""{"address": "auto", "ports": [1, 2]}"""),
        });
        yaml.ShouldContain("deepspeed: \"/etc/ds_z3.json\"\n");
        yaml.ShouldContain("flash_attn: \"sdpa\"\n");
        yaml.ShouldContain("ray_init_kwargs: {\"address\": \"auto\", \"ports\": [1, 2]}\n");
        EngineConfiguration.OperatorFault("deepspeed").ShouldBeNull();
        EngineConfiguration.OperatorFault("report_to").ShouldBeNull();
        EngineConfiguration.OperatorFault("output_dir").ShouldBe("output_dir: is filled in by each run; take it out");
        EngineConfiguration.OperatorFault("lora_r").ShouldBe("lora_r: belongs into the training settings of a run; take it out");
    }

    [Theory]
    [InlineData("device", "\"cpu\"", "device: 'cpu' is a key of this product alone; take it out, the engine knows its devices")]
    [InlineData("logging_strategy", "\"no\"", "logging_strategy: 'no' would leave nothing of the training to see; take it out")]
    [InlineData("retention", "\"kl\"", "retention: is computed by the built-in training alone; take it out, or use no engine")]
    [InlineData("retention_share", "0.2", "retention_share: is computed by the built-in training alone")]
    [InlineData("deepspeed", "\"/tmp/ds.json\"",
        "deepspeed: is for the operator of the engine to decide; take it out, or have it set as Engines:x:Settings:deepspeed")]
    [InlineData("ray_init_kwargs", "{\"runtime_env\": {}}", "ray_init_kwargs: is for the operator of the engine to decide")]
    [InlineData("trust_remote_code", "true", "trust_remote_code: is for the operator of the engine to decide")]
    public void Keys_that_a_run_may_not_give_to_an_engine_are_named(string key, string value, string message) =>
        EngineConfiguration.Faults(new Dictionary<string, JsonElement> { [key] = JsonDocument.Parse(value).RootElement },
        "Engines:x:Settings").ShouldHaveSingleItem().ToString().ShouldStartWith(message);

    [Theory]
    [InlineData("device", "\"auto\"")]
    [InlineData("flash_attn", "\"fa2\"")]
    [InlineData("lora_rank", "8")]
    [InlineData("do_eval", "true")]
    [InlineData("retention", "\"none\"")]
    public void Others_are_handed_on(string key, string value) =>
        EngineConfiguration.Faults(new Dictionary<string, JsonElement> { [key] = JsonDocument.Parse(value).RootElement },
        "Engines:x:Settings").ShouldBeEmpty();
}
