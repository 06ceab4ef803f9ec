namespace Pipeline.Models.Training.Configuration;

/// <summary>
/// Keys of LLaMA-Factory and of both ages of transformers (4.57 and 5.6) that change nothing here, with the reason; those of methods
/// that are off too, since the switch of each method is refused (<see cref="ForeignKeys"/>).
/// </summary>
internal static class IdleKeys
{
    private static readonly (string Reason, string[] Names)[] Groups =
    [
        ("how a host computes is decided here", [
            "accelerator_config", "average_tokens_across_devices", "batch_eval_metrics", "ddp_backend", "ddp_broadcast_buffers",
            "ddp_bucket_cap_mb", "ddp_find_unused_parameters", "ddp_static_graph", "ddp_timeout", "debug", "deepspeed",
            "double_quantization", "enable_jit_checkpoint", "enable_liger_kernel", "eval_accumulation_steps", "eval_do_concat_batches",
            "eval_use_gather_object", "flash_attn", "fp8_backend", "fp8_enable_fsdp_float8_all_gather", "fp16_backend", "fp16_opt_level",
            "fsdp", "fsdp_config", "fsdp_min_num_params", "fsdp_transformer_layer_cls_to_wrap", "full_determinism",
            "gradient_checkpointing_kwargs", "half_precision_backend", "jit_mode_eval", "kt_expert_checkpoint_path",
            "kt_lora_expert_intermediate_size", "kt_lora_expert_num", "kt_use_lora_experts", "kt_weight_path", "liger_kernel_config",
            "local_rank", "low_cpu_mem_usage", "master_addr", "master_port", "mp_parameters", "offload_folder", "parallelism_config",
            "past_index", "per_gpu_eval_batch_size", "per_gpu_train_batch_size", "placement_strategy", "quantization_device_map",
            "ray_init_kwargs", "ray_num_workers", "ray_run_name", "ray_scope", "ray_storage_filesystem", "ray_storage_path",
            "resources_per_worker", "tf32", "torch_compile", "torch_compile_backend", "torch_compile_mode", "torch_empty_cache_steps",
            "torchdynamo", "tpu_metrics_debug", "tpu_num_cores", "use_cache", "use_ipex", "use_kv_cache", "use_legacy_prediction_loop",
            "use_liger_kernel", "use_mps_device", "use_reentrant_gc", "use_unsloth", "use_unsloth_gc", "use_v1_kernels",
        ]),
        ("all rows are read and encoded at the start, and no batch is padded", [
            "buffer_size", "cache_dir", "data_shared_file_system", "dataloader_num_workers", "dataloader_persistent_workers",
            "dataloader_pin_memory", "dataloader_prefetch_factor", "ignore_pad_token_for_loss", "label_names", "length_column_name",
            "media_dir", "overwrite_cache", "preprocessing_num_workers", "remove_unused_columns", "sortish_sampler", "trust_remote_code",
            "use_fast_tokenizer",
        ]),
        ("norms, logits and losses are in float32, and evaluations in the type of the training", [
            "bf16_full_eval", "fp16_full_eval", "prediction_loss_only", "upcast_layernorm", "upcast_lmhead_output",
        ]),
        ("a batch that does not fit ends the training with what to lower", ["auto_find_batch_size"]),
        ("evaluations run whenever there are held-out rows", ["do_eval"]),
        ("nothing is sent elsewhere; the figures are in trainer_log.jsonl of output_dir", [
            "disable_tqdm", "enable_torch_profiler", "hf_hub_token", "hub_always_push", "hub_model_id", "hub_private_repo", "hub_revision",
            "hub_strategy", "hub_token", "include_effective_tokens_per_second", "include_for_metrics", "include_inputs_for_metrics",
            "include_num_input_tokens_seen", "include_tokens_per_second", "log_level", "log_level_replica", "log_on_each_node",
            "logging_nan_inf_filter", "ms_hub_token", "om_hub_token", "print_param_status", "profile_modules", "profiler_active_steps",
            "profiler_output_dir", "profiler_profile_memory", "profiler_record_shapes", "profiler_repeat", "profiler_wait_steps",
            "profiler_warmup_steps", "profiler_with_stack", "project", "push_to_hub_model_id", "push_to_hub_organization",
            "push_to_hub_token", "restore_callback_states_from_checkpoint", "run_name", "save_on_each_node", "skip_memory_metrics",
            "swanlab_api_key", "swanlab_lark_secret", "swanlab_lark_webhook_url", "swanlab_logdir", "swanlab_mode", "swanlab_project",
            "swanlab_run_name", "swanlab_workspace", "trackio_bucket_id", "trackio_space_id", "trackio_static_space_id", "use_swanlab",
        ]),
        ("belongs to models with pictures, sound or experts, and this training is of text", [
            "audio_sampling_rate", "crop_to_patches", "freeze_language_model", "freeze_multi_modal_projector", "freeze_vision_tower",
            "image_do_pan_and_scan", "image_max_pixels", "image_min_pixels", "moe_aux_loss_coef", "use_audio_in_video", "video_fps",
            "video_max_pixels", "video_maxlen", "video_min_pixels",
        ]),
        ("belongs to generating, exporting or serving, which a training does not do", [
            "do_sample", "eval_num_beams", "export_device", "export_dir", "export_hub_model_id", "export_legacy_format",
            "export_quantization_bit", "export_quantization_dataset", "export_quantization_maxlen", "export_quantization_nsamples",
            "export_size", "generation_config", "generation_max_length", "generation_num_beams", "infer_backend", "infer_dtype",
            "length_penalty", "max_length", "max_new_tokens", "num_beams", "repetition_penalty", "sglang_config", "sglang_lora_backend",
            "sglang_maxlen", "sglang_mem_fraction", "sglang_tp_size", "skip_special_tokens", "temperature", "top_k", "top_p",
            "vllm_config", "vllm_enforce_eager", "vllm_gpu_util", "vllm_max_lora_rank", "vllm_maxlen",
        ]),
        ("belongs to a method that is off", [
            "apollo_layerwise", "apollo_proj", "apollo_proj_type", "apollo_rank", "apollo_scale", "apollo_scale_front",
            "apollo_scale_type", "apollo_target", "apollo_update_interval", "asft_alpha", "badam_mask_mode", "badam_mode",
            "badam_start_block", "badam_switch_interval", "badam_switch_mode", "badam_update_ratio", "badam_verbose", "eaft_alpha",
            "freeze_extra_modules", "freeze_trainable_layers", "freeze_trainable_modules", "galore_layerwise", "galore_proj_type",
            "galore_rank", "galore_scale", "galore_target", "galore_update_interval", "hyper_parallel_args", "init_special_tokens",
            "loraplus_lr_embedding", "module_dropout", "oft_block_size", "oft_rank", "oft_target", "pissa_convert", "pissa_iter",
        ]),
        ("belongs to another stage", [
            "dpo_label_smoothing", "kto_chosen_weight", "kto_rejected_weight", "ld_alpha", "ppo_buffer_size", "ppo_epochs",
            "ppo_score_norm", "ppo_target", "ppo_whiten_rewards", "pref_bco_weight", "pref_beta", "pref_ftx", "pref_loss", "ref_model",
            "ref_model_adapters", "ref_model_quantization_bit", "reward_model", "reward_model_adapters", "reward_model_quantization_bit",
            "reward_model_type", "simpo_gamma",
        ]),
    ];

    private static readonly Dictionary<string, string> Reasons = Groups
        .SelectMany(group => group.Names.Select(name => (name, group.Reason))).ToDictionary(StringComparer.Ordinal);

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => Reasons.Keys;

    /// <summary>Whether a key changes nothing.</summary>
    public static bool Contains(string name) => Reasons.ContainsKey(name);

    /// <summary>One line per reason, with the keys that it stands for; a key that says nothing, or "off", needs none.</summary>
    public static IReadOnlyList<string> Notes(IEnumerable<KeyValuePair<string, ConfigurationValue>> given) =>
        [.. given.Where(key => Contains(key.Key) && !key.Value.IsNull && key.Value.Text is not ("false" or "False" or "off" or "no" or ""))
            .GroupBy(key => Reasons[key.Key], key => key.Key)
            .Select(keys => $"{string.Join(", ", keys.Distinct())}: without effect: {keys.Key}")];

    /// <summary>The names by reason, for the list of keys.</summary>
    public static IEnumerable<(string Reason, string Names)> Lists =>
        Groups.Select(group => (group.Reason, string.Join(", ", group.Names)));
}
