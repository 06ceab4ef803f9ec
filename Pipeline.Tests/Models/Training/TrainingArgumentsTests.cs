using CsCheck;
using Pipeline.Models;
using Pipeline.Models.Training;

namespace Pipeline.Tests.Models.Training;

public sealed class TrainingArgumentsTests
{
    private const string Needed = "model_name_or_path: models/base\noutput_dir: out\n";

    [Fact]
    public void A_llama_factory_file_loads_unchanged()
    {
        TrainingArguments a = TrainingArguments.Parse("""
            ### model
            model_name_or_path: models/Phi-4-mini-instruct
            trust_remote_code: true
            ### method
            stage: sft
            do_train: true
            finetuning_type: lora
            lora_rank: 128
            lora_alpha: 256
            lora_dropout: 0.01
            lora_target: qkv_proj, o_proj,gate_up_proj,down_proj
            ### dataset
            dataset: ds-full
            dataset_dir: data
            template: phi4_mini
            cutoff_len: 2048
            overwrite_cache: true
            preprocessing_num_workers: 16
            ### output
            output_dir: saves/phi4
            logging_steps: 5
            save_steps: 20
            plot_loss: true
            overwrite_output_dir: true
            save_only_model: false
            report_to: none
            ### train
            per_device_train_batch_size: 1
            gradient_accumulation_steps: 16
            learning_rate: 5.0e-4
            num_train_epochs: 20.0
            lr_scheduler_type: constant
            warmup_ratio: 0.1
            bf16: true
            quantization_bit:
            resume_from_checkpoint: null
            """, "train.yaml");

        a.Lora.Rank.ShouldBe(128);
        a.Lora.Alpha.ShouldBe(256);
        a.Lora.TargetModules.ShouldBe(["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]);
        (a.LearningRate, a.NumTrainEpochs, a.Bf16, a.PlotLoss).ShouldBe((5e-4, 20, true, true));
        (a.GradientAccumulationSteps, a.CutoffLen, a.SaveSteps).ShouldBe((16, 2048, 20));
        a.ResumeFromCheckpoint.ShouldBeNull();
        a.Dataset.ShouldBe(["ds-full"]);
    }

    [Fact]
    public void Json_and_yaml_give_the_same_arguments()
    {
        TrainingArguments json = TrainingArguments.Parse(
            """{"model_name_or_path": "m", "output_dir": "o", "lora_target": ["q_proj", "v_proj"], "learning_rate": 1e-4, "lora_r": 4, "bf16": false, "max_steps": null}""", "a.json");
        TrainingArguments yaml = TrainingArguments.Parse(
            "model_name_or_path: m\noutput_dir: o\nlora_target: [q_proj, v_proj]\nlearning_rate: 1e-4\nlora_r: 4\nbf16: no", "a.yaml");
        json.Describe().ShouldBe(yaml.Describe());
        json.LoraRank.ShouldBe(4);
        json.Lora.Alpha.ShouldBe(8);
    }

    [Theory]
    [InlineData("lora_rnk: 8", "lora_rank")]
    [InlineData("learning_rte: 1", "learning_rate")]
    [InlineData("per_device_batch_size: 1", "per_device_eval_batch_size")]
    [InlineData("save_step: 1", "save_steps")]
    public void An_unknown_key_is_an_error_that_names_the_nearest(string line, string nearest)
    {
        string message = Fault(Needed + line);
        message.ShouldContain($"{line.Split(':')[0]}: unknown key; did you mean {nearest}?");
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        string message = Fault("lora_rank: 0\nlearning_rate: fast\nlr_scheduler_type: polynomial\neval_strategy: steps\nfoo: 1\nlora_r: 3");
        message.ShouldContain("7 faults");
        message.ShouldContain("learning_rate: 'fast' is not a number");
        message.ShouldContain("lr_scheduler_type: 'polynomial' is not computed; use constant or constant_with_warmup or linear or cosine");
        message.ShouldContain("eval_strategy: 'steps' needs examples");
        message.ShouldContain("foo: unknown key");
        message.ShouldContain("lora_r: is given twice");
        message.ShouldContain("model_name_or_path: is missing");
        message.ShouldContain("output_dir: is missing");
    }

    [Theory]
    [InlineData("lora_rank: 0", "lora_rank: 0 is out of range; use 1 to 65536")]
    [InlineData("lora_dropout: 1", "lora_dropout: 1 is out of range")]
    [InlineData("cutoff_len: 1.5", "cutoff_len: '1.5' is not a whole number")]
    [InlineData("bf16: maybe", "bf16: 'maybe' is not true or false")]
    [InlineData("max_steps: 0", "max_steps: 0 trains nothing")]
    [InlineData("val_size: 1.5", "val_size: 1.5 is neither")]
    [InlineData("template: nope", "template: 'nope' is not known")]
    [InlineData("lora_target: []", "lora_target: names no module")]
    [InlineData("learning_rate: [1, 2]", "learning_rate: is a list")]
    [InlineData("learning_rate: nan", "learning_rate: 'nan' is not a number")]
    public void A_wrong_value_is_an_error_that_names_key_and_range(string line, string expected) => Fault(Needed + line).ShouldContain(expected);

    [Theory]
    [InlineData("quantization_bit: 4")]
    [InlineData("packing: true")]
    [InlineData("fp16: true")]
    [InlineData("gradient_checkpointing: true")]
    [InlineData("use_dora: true")]
    [InlineData("report_to: wandb")]
    public void What_is_not_computed_is_refused_and_never_ignored(string line) =>
        Fault(Needed + line).ShouldContain($"{line.Split(':')[0]}: '{line.Split(": ")[1]}' is not computed by this version");

    [Theory]
    [InlineData("just text")]
    [InlineData("a: b: c")]
    [InlineData("a: {b: c}")]
    public void What_is_no_configuration_is_refused(string text) => Should.Throw<InputException>(() => TrainingArguments.Parse(text, "x.yaml"));

    [Fact]
    public void Overrides_win_over_the_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.yaml"), Needed + "lora_rank: 8\n");
        TrainingArguments.Load(folder.File("a.yaml"), ["lora_rank=16", "--seed=7"]).ShouldSatisfyAllConditions(
            a => a.LoraRank.ShouldBe(16), a => a.Seed.ShouldBe(7));
        Should.Throw<InputException>(() => TrainingArguments.Load(folder.File("a.yaml"), ["lora_rank"])).Message.ShouldContain("key=value");
        Should.Throw<InputException>(() => TrainingArguments.Load(folder.File("none.yaml"))).Message.ShouldContain("none.yaml");
    }

    [Fact]
    public void Any_text_is_arguments_or_an_input_error() => Gen.String.Sample(text =>
    {
        try
        {
            TrainingArguments.Parse(text, "any.yaml");
        }
        catch (InputException)
        {
        }
    }, iter: 300);

    private static string Fault(string text) => Should.Throw<InputException>(() => TrainingArguments.Parse(text, "train.yaml")).Message;
}
