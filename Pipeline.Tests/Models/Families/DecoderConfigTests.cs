using System.Text.Json.Nodes;
using Pipeline.Models;
using Pipeline.Models.Families;

namespace Pipeline.Tests.Models.Families;

public sealed class DecoderConfigTests
{
    public static TheoryData<string, long> Published => new()
    {
        { HubConfigs.Phi4Mini, 3_836_021_760 }, { HubConfigs.Phi3Mini, 3_821_079_552 }, { HubConfigs.Mistral, 7_241_732_096 },
        { HubConfigs.Qwen3, 596_049_920 },
    };

    [Theory, MemberData(nameof(Published))]
    public void Published_models_have_the_published_number_of_parameters(string config, long parameters) =>
        DecoderConfig.Parse(config, "config.json").CountParameters().ShouldBe(parameters);

    [Fact]
    public void Longrope_scales_attention_by_the_published_factor() =>
        DecoderConfig.Parse(HubConfigs.Phi4Mini, "config.json").Rope.AttentionFactor.ShouldBe(1.1902380714238083, 1e-12);

    [Fact]
    public void Several_end_tokens_are_read() =>
        DecoderConfig.Parse(HubConfigs.Llama32, "config.json").EosTokenIds.ShouldBe([128001, 128008, 128009]);

    [Fact]
    public void Sliding_window_that_is_switched_off_does_not_limit() =>
        DecoderConfig.Parse(HubConfigs.Qwen2, "config.json").SlidingWindow.ShouldBeNull();

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("null", null)]
    [InlineData("32768", null)]     // no sequence is longer
    [InlineData(null, 4096)]        // what transformers takes for a missing key
    public void Sliding_window_of_mistral_is_the_file_s_or_the_reference_s(string? value, int? window) =>
        Changed(HubConfigs.Mistral, "sliding_window", value).SlidingWindow.ShouldBe(window);

    [Fact]
    public void Keys_that_a_file_lacks_have_the_values_of_the_reference()
    {
        Changed(HubConfigs.Qwen3, "head_dim", null).HeadDim.ShouldBe(128);
        Changed(HubConfigs.Qwen3, "head_dim", "null").HeadDim.ShouldBe(1024 / 16);
        Changed(HubConfigs.Mistral, "num_key_value_heads", null).NumKeyValueHeads.ShouldBe(8);
        Changed(HubConfigs.Mistral, "num_key_value_heads", "null").NumKeyValueHeads.ShouldBe(32);
        Changed(HubConfigs.Llama32, "num_key_value_heads", null).NumKeyValueHeads.ShouldBe(32);
    }

    [Theory]
    [InlineData("mistral", "sliding_window", "0", "0")]
    [InlineData("mistral", "sliding_window", "\"wide\"", "wide")]
    [InlineData("mistral", "attention_bias", "true", "true")]
    [InlineData("mistral", "partial_rotary_factor", "0.5", "0.5")]
    [InlineData("mistral", "rope_scaling", """{ "rope_type": "yarn", "factor": 4.0 }""", "yarn")]
    [InlineData("qwen3", "use_sliding_window", "true", "true")]
    [InlineData("qwen3", "layer_types", "[\"full_attention\", \"sliding_attention\"]", "sliding_attention")]
    [InlineData("qwen3", "head_dim", "0", "0")]
    [InlineData("qwen3", "head_dim", "127", "127")]
    [InlineData("qwen3", "mlp_bias", "true", "true")]
    [InlineData("qwen3", "rope_scaling", """{ "type": "mrope", "mrope_section": [16, 24, 24] }""", "mrope")]
    [InlineData("phi3", "sliding_window", "-1", "-1")]
    [InlineData("phi3", "rope_scaling", """{ "rope_type": "llama3", "factor": 8.0 }""", "llama3")]
    public void Value_that_the_family_does_not_compute_is_refused_by_its_key(string family, string key, string value, string found)
    {
        string config = family switch { "mistral" => HubConfigs.Mistral, "qwen3" => HubConfigs.Qwen3, _ => HubConfigs.Phi3Mini };
        string message = Should.Throw<InputException>(() => Changed(config, key, value)).Message;
        message.ShouldStartWith("config.json: ");
        message.ShouldContain(key == "rope_scaling" ? "rope_scaling." : key);
        message.ShouldContain(found);
        message.ShouldContain("expected");
    }

    [Theory]
    [InlineData("model_type", "\"mamba\"", "mamba")]
    [InlineData("hidden_act", "\"gelu\"", "gelu")]
    [InlineData("attention_bias", "true", "true")]
    [InlineData("mlp_bias", "true", "true")]
    [InlineData("lm_head_bias", "true", "true")]
    [InlineData("attention_dropout", "0.1", "0.1")]
    [InlineData("interpolate_factor", "2", "2")]
    [InlineData("quantization_config", "{}", "present")]
    [InlineData("layer_types", "[\"sliding_attention\"]", "sliding_attention")]
    [InlineData("num_key_value_heads", "7", "7")]
    [InlineData("num_key_value_heads", "0", "0")]
    [InlineData("hidden_size", "-3072", "-3072")]
    [InlineData("hidden_size", "\"large\"", "large")]
    [InlineData("partial_rotary_factor", "1.5", "1.5")]
    [InlineData("rope_scaling", """{ "type": "yarn", "factor": 4.0 }""", "yarn")]
    [InlineData("rope_scaling", """{ "type": "longrope", "short_factor": [1.0], "long_factor": [1.0] }""", "1 factors")]
    public void Value_that_is_not_computed_is_refused_by_its_key(string key, string value, string found)
    {
        JsonObject config = JsonNode.Parse(HubConfigs.Phi4Mini)!.AsObject();
        config[key] = JsonNode.Parse(value);

        string message = Should.Throw<InputException>(() => DecoderConfig.Parse(config.ToJsonString(), "phi/config.json")).Message;

        message.ShouldStartWith("phi/config.json: ");
        message.ShouldContain(key == "rope_scaling" ? (found == "yarn" ? "type" : "short_factor") : key);
        message.ShouldContain(found);
    }

    [Theory]
    [InlineData("hidden_size")]
    [InlineData("rms_norm_eps")]
    [InlineData("vocab_size")]
    public void Missing_key_is_named(string key)
    {
        JsonObject config = JsonNode.Parse(HubConfigs.Qwen2)!.AsObject();
        config.Remove(key);
        Should.Throw<InputException>(() => DecoderConfig.Parse(config.ToJsonString(), "config.json")).Message.ShouldBe(
            $"config.json: {key} is missing, expected a {(key == "rms_norm_eps" ? "number" : "whole number")}.");
    }

    // With another value of a key, or without it.
    private static DecoderConfig Changed(string json, string key, string? value)
    {
        JsonObject config = JsonNode.Parse(json)!.AsObject();
        config.Remove(key);
        if (value is not null)
            config[key] = JsonNode.Parse(value);
        return DecoderConfig.Parse(config.ToJsonString(), "config.json");
    }
}
