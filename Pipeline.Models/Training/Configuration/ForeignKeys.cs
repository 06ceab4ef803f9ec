namespace Pipeline.Models.Training.Configuration;

/// <summary>
/// Keys of LLaMA-Factory and transformers that this product recognizes but computes nothing from. Those that only say
/// how the host does its work are accepted; those that would change the result are refused by name, with a way out.
/// </summary>
internal static class ForeignKeys
{
    private const string TakeOut = "take the key out";
    private const string Optimizers = "take the key out; the optimizer is adamw_torch";
    private const string Tokens = "take the key out; the vocabulary is the model's";

    // The names that the original work's scripts and older versions of LLaMA-Factory use.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["lora_r"] = "lora_rank",
        ["evaluation_strategy"] = "eval_strategy",
    };

    private static readonly HashSet<string> Accepted = new(StringComparer.Ordinal)
    {
        // Processes, devices and kernels of the host: the same result, computed elsewhere or differently.
        "accelerator_config", "average_tokens_across_devices", "batch_eval_metrics", "ddp_backend", "ddp_broadcast_buffers",
            "ddp_bucket_cap_mb",
        "ddp_find_unused_parameters", "ddp_timeout", "deepspeed", "enable_liger_kernel", "eval_accumulation_steps",
        "eval_do_concat_batches", "flash_attn",
        "fsdp", "fsdp_config", "full_determinism", "gradient_checkpointing_kwargs", "jit_mode_eval", "liger_kernel_config", "local_rank",
        "low_cpu_mem_usage", "offload_folder", "parallelism_config", "placement_strategy", "quantization_device_map", "ray_init_kwargs",
        "ray_num_workers", "ray_run_name", "ray_scope", "ray_storage_filesystem", "ray_storage_path", "resources_per_worker",
        "torch_compile", "torch_compile_backend", "torch_compile_mode", "torch_empty_cache_steps", "torchdynamo", "use_ipex",
        "use_kv_cache",
        "use_liger_kernel", "use_reentrant_gc", "use_unsloth", "use_unsloth_gc", "use_v1_kernels",
        // Reading, caching and loading the data.
        "buffer_size", "cache_dir", "data_shared_file_system", "dataloader_num_workers", "dataloader_persistent_workers",
            "dataloader_pin_memory",
        "dataloader_prefetch_factor", "ignore_pad_token_for_loss", "label_names", "length_column_name", "media_dir", "overwrite_cache",
        "preprocessing_batch_size", "preprocessing_num_workers", "remove_unused_columns", "trust_remote_code", "use_fast_tokenizer",
        // Always the case here: norms and logits in float32, evaluation in the training type.
        "bf16_full_eval", "fp16_backend", "fp16_full_eval", "fp16_opt_level", "half_precision_backend", "prediction_loss_only",
            "upcast_layernorm",
        "upcast_lmhead_output",
        // Evaluation runs whenever there are held-out examples.
        "do_eval",
        // Reports and names.
        "disable_tqdm", "hf_hub_token", "hub_always_push", "hub_model_id", "hub_private_repo", "hub_strategy", "hub_token",
            "include_effective_tokens_per_second", "include_for_metrics", "include_inputs_for_metrics",
        "include_num_input_tokens_seen", "include_tokens_per_second", "log_level", "log_level_replica", "log_on_each_node", "logging_dir",
        "logging_nan_inf_filter", "ms_hub_token", "om_hub_token", "print_param_status", "push_to_hub_token",
        "restore_callback_states_from_checkpoint",
        "run_name", "save_on_each_node", "skip_memory_metrics",
        // Pictures and sound, which instruction examples do not have; generation and export, which training does not do.
        "audio_sampling_rate", "crop_to_patches", "freeze_language_model", "freeze_multi_modal_projector", "freeze_vision_tower",
            "image_do_pan_and_scan",
        "image_max_pixels", "image_min_pixels", "use_audio_in_video", "video_fps", "video_max_pixels", "video_maxlen", "video_min_pixels",
        "do_sample", "enable_thinking", "eval_num_beams", "generation_config", "generation_max_length", "generation_num_beams",
        "infer_backend", "infer_dtype",
        "length_penalty", "max_length", "max_new_tokens", "num_beams", "repetition_penalty", "skip_special_tokens", "temperature", "top_k",
        "top_p",
    };

    private static readonly Dictionary<string, Refusal> Refused = new(StringComparer.Ordinal)
    {
        ["do_train"] = new("set it to true; ./pipeline eval measures without training", "true", "yes", "on", "1"),
        ["do_predict"] = new("take the key out; ./pipeline eval answers with base and adapter"),
        ["predict_with_generate"] = new("take the key out; ./pipeline eval answers with base and adapter"),
        ["compute_accuracy"] = new("take the key out; eval_loss is what is measured"),
        ["eval_on_each_dataset"] = new("take the key out; all of eval_dataset is measured together"),
        ["eval_on_start"] = new("take the key out; ./pipeline eval measures the base"),
        ["eval_delay"] = new(TakeOut),

        ["pure_bf16"] = new("use bf16: true; adapter and optimizer stay in float32"),
        ["fp8"] = new("use bf16: true"),
        ["tf32"] = new("use bf16: true"),
        ["use_cpu"] = new("use device: cpu"),
        ["no_cuda"] = new("use device: cpu"),
        ["double_quantization"] = new("take the key out; the scales of the blocks are not quantized themselves"),
        ["quantization_type"] = new("use nf4", "nf4"),

        ["additional_target"] = new("take the key out; lora_target names all that is trained"),
        ["create_new_adapter"] = new("merge the earlier adapter into its base first (./pipeline merge)"),
        ["adapter_folder"] = new("give the whole path as adapter_name_or_path"),
        ["loraplus_lr_ratio"] = new(TakeOut),
        ["pissa_init"] = new(TakeOut),
        ["pissa_convert"] = new(TakeOut),
        ["use_llama_pro"] = new(TakeOut),
        ["use_dft_loss"] = new(TakeOut),
        ["use_asft_loss"] = new(TakeOut),
        ["use_eaft_loss"] = new(TakeOut),
        ["label_smoothing_factor"] = new(TakeOut),
        ["moe_aux_loss_coef"] = new(TakeOut),
        ["mixture_of_depths"] = new(TakeOut),
        ["shift_attn"] = new(TakeOut),
        ["rope_scaling"] = new("take the key out; rope_scaling of the model's config.json is followed"),
        ["train_from_scratch"] = new(TakeOut),
        ["model_revision"] = new("fetch that revision (./pipeline pull MODEL_ID --revision) and name its folder", "main"),
        ["use_kt"] = new(TakeOut),

        ["adafactor"] = new(Optimizers),
        ["optim_args"] = new(Optimizers),
        ["optim_target_modules"] = new(Optimizers),
        ["use_adam_mini"] = new(Optimizers),
        ["use_apollo"] = new(Optimizers),
        ["use_badam"] = new(Optimizers),
        ["use_galore"] = new(Optimizers),
        ["use_muon"] = new(Optimizers),

        ["resize_vocab"] = new(Tokens),
        ["add_tokens"] = new(Tokens),
        ["add_special_tokens"] = new(Tokens),
        ["new_special_tokens_config"] = new(Tokens),
        ["split_special_tokens"] = new(Tokens),

        ["streaming"] = new("take the key out; the examples are read into memory"),
        ["mix_strategy"] = new("use concat: the datasets one after the other, shuffled together", "concat"),
        ["interleave_probs"] = new("take the key out; the datasets are shuffled together"),
        ["tokenized_path"] = new("take the key out; the examples are encoded at each start"),
        ["tool_format"] = new(TakeOut),
        ["data_seed"] = new("take the key out; seed decides the order too"),
        ["dataloader_drop_last"] = new("take the key out; the last, smaller batch is trained too"),
        ["ignore_data_skip"] = new("take the key out; a resumed training goes on at its place in the data"),
        ["auto_find_batch_size"] = new("give per_device_train_batch_size"),

        ["report_to"] = new("use none; the figures are in trainer_log.jsonl and trainer_state.json of output_dir"),
        ["use_swanlab"] = new("take the key out; the figures are in trainer_log.jsonl of output_dir"),
        ["push_to_hub"] = new("take the key out; upload output_dir yourself"),
        ["save_safetensors"] = new("set it to true; weights are written as safetensors only", "true", "yes", "on", "1"),
    };

    /// <summary>Names for "did you mean" suggestions and lists.</summary>
    public static IEnumerable<string> Names => Accepted.Concat(Refused.Keys);

    public static IEnumerable<string> AcceptedNames => Accepted.Order(StringComparer.Ordinal);

    /// <summary>The key that a given name stands for.</summary>
    public static string NameOf(string given) => Aliases.GetValueOrDefault(given, given);

    /// <summary>Whether a key is accepted but has no effect.</summary>
    public static bool IsAccepted(string name) => Accepted.Contains(name);

    public static bool IsKnown(string name) => Accepted.Contains(name) || Refused.ContainsKey(name);

    /// <summary>What is wrong with a value of a known key, or null.</summary>
    public static SettingFault? Check(string name, ConfigurationValue value) =>
        Refused.TryGetValue(name, out Refusal? refusal) && !refusal.IsHarmless(value)
        ? new SettingFault(name, $"'{value}' is not computed by this version; {refusal.WayOut}") : null;

    // Without harmless values: anything that means "off".
    private sealed record Refusal(string WayOut, params string[] Harmless)
    {
        private static readonly string[] Off = ["false", "no", "off", "none", "0", "0.0"];

        public bool IsHarmless(ConfigurationValue value)
        {
            IEnumerable<string> given = value.IsFlag ? ["true"] : value.Items;
            return value.Map is not { Count: > 0 }
                && given.All(item => (Harmless.Length == 0 ? Off : Harmless).Contains(item, StringComparer.OrdinalIgnoreCase));
        }
    }
}
