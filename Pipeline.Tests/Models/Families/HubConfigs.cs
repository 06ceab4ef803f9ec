namespace Pipeline.Tests.Models.Families;

/// <summary>Configurations as published on the hub, shortened to the keys that are read.</summary>
internal static class HubConfigs
{
    public static string Phi4Mini { get; } = $$"""
        { "model_type": "phi3", "hidden_act": "silu", "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 32,
          "num_attention_heads": 24, "num_key_value_heads": 8, "vocab_size": 200064, "max_position_embeddings": 131072,
          "original_max_position_embeddings": 4096, "partial_rotary_factor": 0.75, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
          "rope_scaling": { "type": "longrope", "short_factor": [{{Ones(48)}}], "long_factor": [{{Ones(48)}}] },
          "sliding_window": 262144, "tie_word_embeddings": true, "attention_bias": false, "attention_dropout": 0.0,
          "full_attn_mod": 1, "interpolate_factor": 1, "lm_head_bias": false, "mlp_bias": false, "eos_token_id": 199999 }
        """;

    public const string Llama32 = """
        { "model_type": "llama", "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
          "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64, "vocab_size": 128256, "max_position_embeddings": 131072,
          "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "tie_word_embeddings": false, "attention_bias": false, "mlp_bias": false,
          "pretraining_tp": 1, "eos_token_id": [128001, 128008, 128009],
          "rope_scaling": { "factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                            "original_max_position_embeddings": 8192, "rope_type": "llama3" } }
        """;

    public const string Qwen2 = """
        { "model_type": "qwen2", "hidden_act": "silu", "hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24,
          "num_attention_heads": 14, "num_key_value_heads": 2, "vocab_size": 151936, "max_position_embeddings": 131072,
          "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "tie_word_embeddings": true, "use_sliding_window": false,
          "sliding_window": 131072, "max_window_layers": 24, "eos_token_id": 151643 }
        """;

    public const string Phi3Mini = """
        { "model_type": "phi3", "hidden_act": "silu", "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 32,
          "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 32064, "max_position_embeddings": 4096,
          "original_max_position_embeddings": 4096, "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "rope_scaling": null,
          "sliding_window": 2047, "tie_word_embeddings": false, "attention_bias": false, "attention_dropout": 0.0,
          "embd_pdrop": 0.0, "resid_pdrop": 0.0, "eos_token_id": 32000 }
        """;

    public const string Mistral = """
        { "model_type": "mistral", "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
          "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 32000, "max_position_embeddings": 32768,
          "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "sliding_window": 4096, "tie_word_embeddings": false, "eos_token_id": 2 }
        """;

    public const string Qwen3 = """
        { "model_type": "qwen3", "hidden_act": "silu", "hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28,
          "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151936, "max_position_embeddings": 40960,
          "rms_norm_eps": 1e-06, "rope_theta": 1000000, "rope_scaling": null, "tie_word_embeddings": true, "attention_bias": false,
          "attention_dropout": 0.0, "use_sliding_window": false, "sliding_window": null, "max_window_layers": 28, "eos_token_id": 151645 }
        """;

    private static string Ones(int count) => string.Join(", ", Enumerable.Repeat("1.0", count));
}
