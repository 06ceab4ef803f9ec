using Pipeline.Models;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests.Models.Training;

/// <summary>The keys that LLaMA-Factory's own examples of supervised LoRA training hold, kind by kind, in the files' spelling.</summary>
public sealed class LlamaFactoryFilesTests
{
    private const string Common = """
        ### model
        model_name_or_path: meta-llama/Meta-Llama-3-8B-Instruct
        trust_remote_code: true
        ### method
        stage: sft
        do_train: true
        finetuning_type: lora
        lora_rank: 8
        lora_target: all
        ### dataset
        dataset: identity,alpaca_en_demo
        template: llama3
        cutoff_len: 2048
        max_samples: 1000
        overwrite_cache: true
        preprocessing_num_workers: 16
        dataloader_num_workers: 4
        ### output
        output_dir: saves/llama3-8b/lora/sft
        logging_steps: 10
        save_steps: 500
        plot_loss: true
        overwrite_output_dir: true
        save_only_model: false
        report_to: none  # choices: [none, wandb, tensorboard, swanlab, mlflow]
        ### train
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 8
        learning_rate: 1.0e-4
        num_train_epochs: 3.0
        lr_scheduler_type: cosine
        warmup_ratio: 0.1
        bf16: true
        ddp_timeout: 180000000
        resume_from_checkpoint: null

        """;

    [Theory]
    [InlineData("")]
    [InlineData("val_size: 0.1\nper_device_eval_batch_size: 1\neval_strategy: steps\neval_steps: 500")]
    [InlineData("eval_dataset: alpaca_en_demo\nevaluation_strategy: epoch")]
    [InlineData("deepspeed: examples/deepspeed/ds_z3_config.json  # choices: [ds_z0_config.json, ds_z3_config.json]")]
    [InlineData(
        "dataset_dir: REMOTE:llamafactory/demo_data\nray_run_name: r\nray_storage_path: ./saves\nray_num_workers: 4\nplacement_strategy: "
        + "PACK\nresources_per_worker:\n  GPU: 1\nray_init_kwargs:\n  runtime_env:\n    pip:\n      - emoji")]
    [InlineData("use_unsloth: true\nflash_attn: fa2\nenable_liger_kernel: true")]
    [InlineData("quantization_bit: 4\nquantization_method: bnb\ndouble_quantization: false\nupcast_layernorm: true")]
    [InlineData("image_max_pixels: 262144\nvideo_max_pixels: 16384\nfreeze_vision_tower: true")]
    [InlineData("packing: true\nneat_packing: true\nuse_rslora: true\nlora_dropout: 0.05")]
    [InlineData("use_dora: true\nneftune_noise_alpha: 5\ngradient_checkpointing: true")]
    [InlineData("train_on_prompt: true\ngroup_by_length: true\ndefault_system: You answer briefly.")]
    public void An_example_file_loads_unchanged(string further)
    {
        TrainingArguments arguments = TrainingArguments.Parse(Common + further, "llama3_lora_sft.yaml");
        (arguments.LoraRank, arguments.Lora.Alpha, arguments.MaxSamples, arguments.WarmupRatio).ShouldBe((8, 16, 1000, 0.1));
        arguments.Dataset.ShouldBe(["identity", "alpaca_en_demo"]);
    }

    [Fact]
    public void The_flags_of_the_original_training_script_work()
    {
        string[] words = """
            --stage sft --model_name_or_path microsoft/Phi-4-mini-instruct --do_train --dataset magic1 --template default --finetuning_type lora
            --lora_target all --lora_r 128 --lora_alpha 256 --lora_dropout 0.01 --output_dir ./lora-phi4-magic1 --per_device_train_batch_size 1
            --gradient_accumulation_steps 16 --lr_scheduler_type constant --learning_rate 5e-4 --num_train_epochs 20 --warmup_steps 10 --logging_steps 5
            --save_steps 20 --cutoff_len 2048 --dataloader_pin_memory False --plot_loss --save_only_model --fp16 --gradient_checkpointing
            """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        TrainingArguments a = TrainingArguments.FromWords(words);
        (a.Lora.Rank, a.Lora.Alpha, a.Lora.Dropout, a.Template, a.ModelNameOrPath)
            .ShouldBe((128, 256, 0.01, "default", "microsoft/Phi-4-mini-instruct"));
        (a.TrainBatchSize, a.GradientAccumulationSteps, a.LrSchedulerType, a.LearningRate, a.NumTrainEpochs)
            .ShouldBe((1, 16, "constant", 5e-4, 20));
        (a.WarmupSteps, a.LoggingSteps, a.SaveSteps, a.CutoffLen, a.PlotLoss, a.SaveOnlyModel).ShouldBe((10, 5, 20, 2048, true, true));
        a.Fp16.ShouldBeTrue();
        (a.Fp16, a.GradientCheckpointing).ShouldBe((true, true));
        a.Dataset.ShouldBe(["magic1"]);
    }

    [Theory]
    [InlineData("--seed 7 --bf16 --lora_target q_proj v_proj --max_steps -1")]
    [InlineData("--seed=7 --bf16=true --lora_target=q_proj,v_proj --max_steps=-1")]
    [InlineData("seed=7 bf16=True lora_target=q_proj,v_proj max_steps=-1")]
    [InlineData("--seed 7 --bf16 lora_target=q_proj,v_proj --max-steps -1")]
    [InlineData("--seed 1 --seed 7 --bf16 yes --lora-target q_proj,v_proj")]
    public void Flags_come_in_every_style_with_and_without_a_file(string flags)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("a.yaml"), "model_name_or_path: m\noutput_dir: o\nseed: 3\nlora_rank: 4\nmax_steps: 9\n");
        string[] words = flags.Split(' ');
        Check(TrainingArguments.FromWords([folder.File("a.yaml"), .. words, "--max_steps", "-1"]), rank: 4);
        Check(TrainingArguments.FromWords(["--model_name_or_path", "m", "--output_dir=o", .. words]), rank: 8);

        static void Check(TrainingArguments a, int rank)
        {
            (a.Seed, a.Bf16, a.MaxSteps, a.LoraRank, a.ModelNameOrPath, a.OutputDir).ShouldBe((7, true, -1, rank, "m", "o"));
            a.LoraTarget.ShouldBe(["q_proj", "v_proj"]);
        }
    }

    [Fact]
    public void A_file_may_have_any_name()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("rank=8.yaml"), "model_name_or_path: m\noutput_dir: o\nseed: 3\n");
        TrainingArguments.FromWords([folder.File("rank=8.yaml"), "lora_rank=4"]).ShouldSatisfyAllConditions(
            a => a.Seed.ShouldBe(3), a => a.LoraRank.ShouldBe(4));
    }

    [Fact]
    public void No_key_is_both_computed_and_foreign() =>
        TrainingKey.All.Select(key => key.Name).Intersect(ForeignKeys.Names).ShouldBeEmpty();

    [Fact]
    public void A_flag_alone_goes_on_from_the_newest_checkpoint() =>
        TrainingArguments.FromWords(["--model_name_or_path", "m", "--output_dir", "o",
        "--resume_from_checkpoint"]).ResumeFromCheckpoint.ShouldBe("true");

    [Theory]
    [InlineData("--lora_rnk 8", "command line: lora_rnk: unknown key; did you mean lora_rank?")]
    [InlineData("--template --bf16", "command line: template: has no value; give --template VALUE")]
    [InlineData("--lora_rank", "lora_rank: has no value; give --lora_rank VALUE")]
    [InlineData("--lora_rank 8 16", "lora_rank: is a list; give one value")]
    [InlineData("--push_to_hub", "push_to_hub: 'true' is not computed by this version")]
    [InlineData("--lora_rank=8 stray", "'stray': give keys as --key value or key=value")]
    public void A_wrong_flag_is_named(string flags, string expected) =>
        Should.Throw<InputException>(() => TrainingArguments.FromWords(["--model_name_or_path=m", "--output_dir=o", .. flags.Split(' ')]))
            .Message.ShouldContain(expected);

    [Fact]
    public void A_missing_file_is_named() =>
        Should.Throw<InputException>(() => TrainingArguments.FromWords(["none.yaml", "--lora_rank", "8"])).Message.ShouldBe(
        "none.yaml: no readable training configuration there");

    [Fact]
    public void The_reference_explains_every_key()
    {
        string reference = TrainingArguments.Reference();
        foreach (TrainingKey key in TrainingKey.All)
        {
            key.Meaning.Length.ShouldBeGreaterThan(10, key.Name);
            reference.ShouldContain($"\n{key.Name}  (default: ");
        }
        reference.ShouldContain("sequences of fewer than cutoff_len tokens", customMessage: "properties are called by their keys");
        reference.ShouldContain("learning_rate  (default: 5E-05)");
    }
}
