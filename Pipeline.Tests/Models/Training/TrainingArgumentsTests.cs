using CsCheck;
using Pipeline.Models;
using Pipeline.Models.Training.Configuration;

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
        TrainingArguments json = TrainingArguments.Parse("""
            {"model_name_or_path": "m", "output_dir": "o", "lora_target": ["q_proj", "v_proj"], "learning_rate": 1e-4,
             "lora_r": 4, "bf16": false, "max_steps": null}
            """, "a.json");
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
        string message =
            Fault("lora_rank: 0\nlearning_rate: fast\nlr_scheduler_type: reduce_lr_on_plateau\neval_strategy: steps\nfoo: 1\nlora_r: 3");
        message.ShouldContain("7 faults");
        message.ShouldContain("learning_rate: 'fast' is not a number");
        message.ShouldContain(
            "lr_scheduler_type: 'reduce_lr_on_plateau' is not computed; use constant or constant_with_warmup or linear or cosine or ");
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
    [InlineData("logging_steps: 0", "logging_steps: 0 is out of range")]
    [InlineData("save_steps: 1.5", "save_steps: 1.5 is neither a share below 1 nor a whole number of steps")]
    [InlineData("eval_strategy: no", "eval_strategy: YAML takes no without quotes for true or false; write \"no\" in quotes")]
    [InlineData("tool_format: nope", "tool_format: 'nope' is not computed; use one of default, glm4")]
    [InlineData("dataset: a,b\nmix_strategy: interleave_once", "mix_strategy: 'interleave_once' is not computed")]
    [InlineData("dataset: a,b\nmix_strategy: interleave_under\ninterleave_probs: 0.5", "interleave_probs: has 1 numbers for 2 datasets")]
    [InlineData("dataset: a,b\nmix_strategy: interleave_under\ninterleave_probs: 0.5,0",
        "interleave_probs: '0.5,0' must be numbers above 0")]
    [InlineData("stage: pt\ntrain_on_prompt: true", "train_on_prompt: is for stage: sft")]
    [InlineData("do_train: true", "dataset: is missing")]
    [InlineData("do_eval: true", "do_eval: needs examples; give val_size or eval_dataset")]
    [InlineData("eval_strategy: steps\neval_steps: 3\nsave_steps: 4\nval_size: 2\nload_best_model_at_end: true",
        "save_steps: 4 must be a multiple of eval_steps (3) with load_best_model_at_end")]
    [InlineData("val_size: 1.5", "val_size: 1.5 is neither")]
    [InlineData("template: nope", "template: 'nope' is not known")]
    [InlineData("lora_target: []", "lora_target: names no module")]
    [InlineData("learning_rate: [1, 2]", "learning_rate: is a list; give one value")]
    [InlineData("learning_rate: {peak: 1}", "learning_rate: is a mapping; give one value")]
    [InlineData("lora_target: {q_proj: 8}", "lora_target: is a mapping; give a value or a list")]
    [InlineData("lr_scheduler_kwargs: 2", "lr_scheduler_kwargs: '2' is not a mapping such as {num_cycles: 2}")]
    [InlineData("quantization_bit: 3", "quantization_bit: '3' is not computed; use 4 or 8")]
    [InlineData("quantization_method: hqq", "quantization_method: 'hqq' is not computed; use bnb or bitsandbytes")]
    [InlineData("finetuning_type: full", "finetuning_type: 'full' is not computed; use lora")]
    [InlineData("fp16: true\nbf16: true", "fp16: cannot be used together with bf16")]
    [InlineData("train_on_prompt: true\nmask_history: true", "mask_history: cannot be used together with train_on_prompt")]
    [InlineData("group_by_length: true\ndisable_shuffling: true", "group_by_length: cannot be used together with disable_shuffling")]
    [InlineData("gradient_checkpointing: true\ndisable_gradient_checkpointing: true",
        "disable_gradient_checkpointing: contradicts gradient_checkpointing")]
    [InlineData("val_size: 2\neval_dataset: x", "val_size: cannot be used together with eval_dataset")]
    [InlineData("load_best_model_at_end: true\nval_size: 2",
        "load_best_model_at_end: needs evaluations during the training; give eval_steps")]
    [InlineData("load_best_model_at_end: true\nval_size: 2\neval_steps: 5\nsave_strategy: no", "load_best_model_at_end: needs checkpoints")]
    [InlineData("save_strategy: best\neval_steps: 5", "save_strategy: 'best' needs evaluations during the training")]
    [InlineData("early_stopping_steps: 2", "early_stopping_steps: needs evaluations during the training")]
    [InlineData("metric_for_best_model: rouge-l", "metric_for_best_model: 'rouge-l' is not computed; use loss or eval_loss")]
    [InlineData("save_only_model: true\nresume_from_checkpoint: true",
        "resume_from_checkpoint: checkpoints made with save_only_model hold no optimizer")]
    [InlineData("retention: ewc", "retention: 'ewc' is not computed; use none or kl or replay")]
    [InlineData("retention: kl\nretention_weight: 0", "retention_weight: 0 is out of range")]
    [InlineData("retention: kl\nretention_share: -1", "retention_share: -1 is out of range")]
    [InlineData("retention: replay\nretention_weight: 2", "retention_weight: has no effect with retention: replay")]
    [InlineData("retention_weight: 2", "retention_weight: has no effect with retention: none")]
    [InlineData("retention_share: 0.2", "retention_share: has no effect without retention")]
    [InlineData("retention_dataset: a.jsonl", "retention_dataset: has no effect without retention")]
    [InlineData("retention_languages: en", "retention_languages: has no effect without retention")]
    [InlineData("retention: kl\nretention_dataset: no/such.jsonl", "retention_dataset: there is no file no/such.jsonl")]
    [InlineData("retention: kl\nretention_languages: en, xx", "retention_languages: xx: the product's set has en, es, de, fr, pt, it")]
    [InlineData("retention: kl\nretention_languages: en\nretention_dataset: a.jsonl",
        "retention_languages: choose from the product's set; they cannot be used together with retention_dataset")]
    [InlineData("learning_rate: nan", "learning_rate: 'nan' is not a number")]
    public void A_wrong_value_is_an_error_that_names_key_and_range(string line, string expected) =>
        Fault(Needed + line).ShouldContain(expected);

    [Theory]
    [InlineData("pure_bf16: true", "use bf16: true")]
    [InlineData("quantization_type: fp4", "use nf4")]
    [InlineData("do_train: false", "set it to true")]
    [InlineData("use_galore: true", "the optimizer is adamw_torch")]
    [InlineData("shift_attn: true", "take the key out")]
    [InlineData("rope_scaling: yarn", "rope_scaling of the model's config.json is followed")]
    [InlineData("additional_target: embed_tokens", "lora_target names all that is trained")]
    [InlineData("batch_size: 4", "a training has per_device_train_batch_size")]
    [InlineData("loraplus_lr_ratio: 16", "take the key out")]
    [InlineData("optim_args: {lr: 1}", "the optimizer is adamw_torch")]
    public void What_would_change_the_result_is_refused_with_the_way_out(string line, string wayOut)
    {
        string message = Fault(Needed + line);
        message.ShouldContain($"{line.Split(':')[0]}: '{line.Split(": ", 2)[1]}' is not computed by this version; ");
        message.ShouldContain(wayOut);
    }

    [Theory]
    [InlineData("report_to: []")]
    [InlineData("report_to: [none]")]
    [InlineData("report_to: wandb")]
    [InlineData("mix_strategy: interleave_over")]
    [InlineData("lora_alpha: 0")]
    [InlineData("optim: paged_adamw_32bit")]
    [InlineData("quantization_type: nf4")]
    [InlineData("double_quantization: false")]
    [InlineData("do_train: true\ndataset: d")]
    [InlineData("mix_strategy: concat")]
    [InlineData("label_smoothing_factor: 0.0")]
    [InlineData("rope_scaling: null")]
    [InlineData("use_galore: no")]
    public void What_is_off_or_the_only_way_here_is_accepted(string line) => TrainingArguments.Parse(Needed + line, "a.yaml").Validate();

    [Fact]
    public void What_has_no_effect_is_told_in_one_line_for_each_reason()
    {
        TrainingArguments a = TrainingArguments.Parse(Needed + "flash_attn: fa2\ndeepspeed: ds.json\npissa_iter: 16\n"
            + "report_to: wandb, tensorboard\nuse_unsloth: false\nhub_token: null", "a.yaml");
        a.Notes.ShouldBe([
            "flash_attn, deepspeed: without effect: how a host computes is decided here",
            "pissa_iter: without effect: belongs to a method that is off",
            "report_to: wandb is not told; the figures are in trainer_log.jsonl of output_dir, and with report_to: tensorboard in event "
                + "files",
        ]);
        a.ReportTo.ShouldBe(["wandb", "tensorboard"]);
    }

    [Fact]
    public void Yaml_is_read_as_python_reads_it()
    {
        TrainingArguments a = TrainingArguments.Parse("""
            model_name_or_path: &m models/base
            output_dir: ${oc.env:HOME}/x
            <<: {bf16: yes, seed: 1_000, lora_rank: 4}
            lora_rank: 0x10
            save_steps: 1:30
            learning_rate: 1e-4
            template: null
            """, "a.yaml");
        (a.OutputDir, a.Bf16, a.Seed, a.LoraRank, a.SaveSteps, a.LearningRate).ShouldBe(("${oc.env:HOME}/x", true, 1000, 16, 90, 1e-4));
        Fault(Needed + "seed: 1\nseed: 1").ShouldContain("seed", Case.Sensitive);
        Fault(Needed + "<<: 3").ShouldContain("'<<' takes a mapping");
        Fault("a: &a {<<: *a}").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("just text")]
    [InlineData("a: b: c")]
    [InlineData("a: {b: c}")]
    [InlineData("- a\n- b")]
    public void What_is_no_configuration_is_refused(string text) =>
        Should.Throw<InputException>(() => TrainingArguments.Parse(text, "x.yaml"));

    [Fact]
    public void A_syntax_error_is_named_by_file_and_line()
    {
        Fault("lora_rank: 8\nlora_target: ]\nseed: 1").ShouldStartWith("train.yaml: line 2: not YAML: ");
        Fault("lora_rank: 8\nlora_target: [q_proj\nseed: 1")
            .ShouldStartWith("train.yaml: line 2 or after it: not YAML; look for a bracket");
        Should.Throw<InputException>(() =>
            TrainingArguments.Parse("{\n\"lora_rank\": 8,\n}", "train.json")).Message.ShouldStartWith("train.json: line 3: not JSON: ");
    }

    [Fact]
    public void Targets_are_a_list_or_a_text_with_commas()
    {
        foreach (string line in (string[])["lora_target: q_proj, v_proj", "lora_target: [q_proj, v_proj]",
            "lora_target:\n- q_proj\n- v_proj"])
            TrainingArguments.Parse(Needed + line, "a.yaml").LoraTarget.ShouldBe(["q_proj", "v_proj"]);
    }

    [Fact]
    public void The_keys_of_a_schedule_are_a_mapping()
    {
        string[] texts = ["lr_scheduler_kwargs: {num_cycles: 2}", "lr_scheduler_kwargs:\n  num_cycles: 2",
            "lr_scheduler_kwargs: '{\"num_cycles\": 2}'"];
        foreach (string text in texts)
            TrainingArguments.Parse($"{Needed}lr_scheduler_type: cosine_with_restarts\n{text}", "a.yaml").LrSchedulerKwargs["num_cycles"]
                .ShouldBe("2");
        TrainingArguments json = TrainingArguments.Parse(
            """{"model_name_or_path": "m", "output_dir": "o", "lr_scheduler_type": "cosine", "lr_scheduler_kwargs": {"num_cycles": 2}}""",
            "a.json");
        json.Describe().ShouldContain(KeyValuePair.Create("lr_scheduler_kwargs", "{num_cycles: 2}"));
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
