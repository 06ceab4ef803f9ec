using System.Text.Json.Nodes;
using Pipeline.Models;
using Pipeline.Models.Families;

namespace Pipeline.Tests.Models.Families;

public sealed class DecoderConfigTests
{
    [Fact]
    public void Phi4_mini_has_the_published_number_of_parameters() =>
        DecoderConfig.Parse(HubConfigs.Phi4Mini, "config.json").CountParameters().ShouldBe(3_836_021_760);

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
}
