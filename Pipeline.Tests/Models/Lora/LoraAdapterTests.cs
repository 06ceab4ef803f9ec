using System.Text.Json.Nodes;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using Pipeline.Models.Lora;
using Pipeline.Tests.Models.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Lora;

public sealed class LoraAdapterTests
{
    private static readonly LoraConfig Small = new() { Rank = 4, Alpha = 8, TargetModules = ["qkv_proj", "down_proj"] };

    [Fact]
    public void The_reference_adapter_of_phi_4_mini_has_the_known_size()
    {
        DecoderConfig phi = DecoderConfig.Parse("""
            {"model_type": "phi3", "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 32, "num_attention_heads": 24,
             "num_key_value_heads": 8, "vocab_size": 200064, "max_position_embeddings": 131072, "original_max_position_embeddings": 4096,
             "partial_rotary_factor": 0.75, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": true}
            """, "Phi-4-mini");
        LoraConfig config = new() { Rank = 128, Alpha = 256, TargetModules = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"] };
        long before = GC.GetTotalAllocatedBytes();
        config.CountTrainable(phi).ShouldBe(184_549_376);
        (config.CountTrainable(phi) + phi.CountParameters()).ShouldBe(4_020_571_136);
        (config with { TargetModules = ["all"] }).CountTrainable(phi).ShouldBe(184_549_376);
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(50_000_000, "nothing of the model's size is allocated");
    }

    [Fact]
    public void A_new_adapter_changes_nothing_and_starts_as_pefts()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = TinyTraining.Model();
        Tensor before = Hidden(model);
        using LoraAdapter adapter = LoraInjector.Inject(model, Small, seed: 5);
        model.Projections().Count(p => p.Layer.Delta is not null).ShouldBe(adapter.Parts.Count());
        Difference(Hidden(model), before).ShouldBe(0);
        foreach ((string name, Tensor weight) in adapter.NamedTensors())
        {
            if (name.Contains("lora_B"))
                weight.abs().max().item<float>().ShouldBe(0);
            else
                weight.abs().max().item<float>().ShouldBeInRange(0.9f / MathF.Sqrt(weight.shape[1]), 1 / MathF.Sqrt(weight.shape[1]));
        }
        adapter.NamedTensors().First().Key.ShouldBe("base_model.model.model.layers.0.self_attn.qkv_proj.lora_A.weight");
        adapter.NamedTensors().Count().ShouldBe(8);
    }

    [Fact]
    public void The_update_is_the_scaled_product_of_b_and_a()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using DecoderModel model = TinyTraining.Model();
        (_, ProjectionLayer? layer) = model.Projections().First();
        Tensor x = randn(2, 3, layer.InFeatures);
        Tensor plain = layer.forward(x);
        foreach (bool rsLora in (bool[])[false, true])
        {
            using LoraAdapter adapter = Random(model, Small with { UseRsLora = rsLora });
            adapter.Attach();
            Tensor a = adapter.NamedTensors().ElementAt(0).Value, b = adapter.NamedTensors().ElementAt(1).Value;
            Tensor expected = plain + x.matmul(a.t()).matmul(b.t()) * (rsLora ? 8 / Math.Sqrt(4) : 2.0);
            Difference(layer.forward(x), expected).ShouldBeLessThan(1e-5);
        }
    }

    [Fact]
    public void Several_adapters_share_one_base()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using DecoderModel model = TinyTraining.Model();
        Tensor plain = Hidden(model);
        using LoraAdapter one = Random(model, Small, 1), two = Random(model, Small with { TargetModules = ["all"] }, 2);
        one.Attach();
        Tensor first = Hidden(model);
        two.Attach();
        Difference(Hidden(model), first).ShouldBeGreaterThan(1e-3);
        LoraAdapter.DetachAll(model);
        Difference(Hidden(model), plain).ShouldBe(0);
        one.Attach();
        Difference(Hidden(model), first).ShouldBe(0, "layers that only the other adapter changes are as before");
        one.Detach();
        Difference(Hidden(model), plain).ShouldBe(0);
    }

    [Fact]
    public void Saved_and_loaded_adapters_are_equal_byte_by_byte()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = TinyTraining.Model();
        using LoraAdapter adapter = Random(model, Small);
        AdapterFolder.Save(folder.File("a"), adapter, "base");
        using LoraAdapter loaded = AdapterFolder.Load(folder.File("a"), model);
        AdapterFolder.Save(folder.File("b"), loaded, "base");
        File.ReadAllBytes(folder.File("b/adapter_model.safetensors"))
            .ShouldBe(File.ReadAllBytes(folder.File("a/adapter_model.safetensors")));
        File.ReadAllText(folder.File("b/adapter_config.json")).ShouldBe(File.ReadAllText(folder.File("a/adapter_config.json")));
        File.ReadAllText(folder.File("a/adapter_config.json")).ShouldContain("\"base_model_name_or_path\": \"base\"");
    }

    [Fact]
    public void The_configuration_file_has_only_keys_that_peft_knows()
    {
        using TemporaryFolder folder = new();
        using DecoderModel model = TinyTraining.Model();
        using LoraAdapter adapter = Random(model, Small);
        AdapterFolder.Save(folder.Path, adapter);
        string[] known = Keys(Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "init", "adapter_config.json"));
        Keys(folder.File("adapter_config.json")).ShouldBeSubsetOf(known);

        static string[] Keys(string path) => [.. JsonNode.Parse(File.ReadAllText(path))!.AsObject().Select(p => p.Key)];
    }

    [Fact]
    public void A_merged_model_computes_what_base_and_adapter_compute()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        string baseFolder = Path.Combine(GoldenFiles.Root, "phi4-tiny"),
            adapterFolder = Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "final");
        AdapterMerger.Merge(baseFolder, adapterFolder, folder.File("merged")).ShouldBe(12);
        using DecoderModel model = LoraGoldenTests.LoadModel(baseFolder), merged = LoraGoldenTests.LoadModel(folder.File("merged"));
        using LoraAdapter adapter = AdapterFolder.Load(adapterFolder, model);
        adapter.Attach();
        Difference(Hidden(merged), Hidden(model)).ShouldBeLessThan(2e-4);
        File.Exists(folder.File("merged/tokenizer.json")).ShouldBeTrue();
        File.Exists(folder.File("merged/model.safetensors.index.json")).ShouldBeFalse();
        Should.Throw<InputException>(() =>
            AdapterMerger.Merge(baseFolder, adapterFolder, folder.File("merged"))).Message.ShouldContain("is not empty");
    }

    [Fact]
    public void Targets_that_the_model_lacks_are_passed_over_as_long_as_one_fits()
    {
        using DecoderModel model = TinyTraining.Model();
        using (LoraAdapter adapter = LoraInjector.Inject(model, Small with { TargetModules = ["qkv_proj", "q_proj"] }, 1))
            adapter.NamedTensors().ShouldAllBe(tensor => tensor.Key.Contains(".qkv_proj."));
        Should.Throw<InputException>(() =>
            LoraInjector.Inject(model, Small with { TargetModules = ["q_proj"] }, 1)).Message.ShouldBe(
            "lora_target: q_proj is no linear layer of this model; it has qkv_proj, o_proj, gate_up_proj, down_proj (or use all)");
        Should.Throw<InputException>(() => LoraInjector.Inject(model, Small with { Rank = 0 }, 1)).Message.ShouldContain("lora_rank: 0");
    }

    [Theory]
    [InlineData("init_lora_weights", "\"pissa\"", "init_lora_weights is \"pissa\", which is not computed")]
    [InlineData("bias", "\"all\"", "bias is \"all\", which is not computed")]
    [InlineData("modules_to_save", "[\"lm_head\"]", "modules_to_save is [\"lm_head\"], which is not computed")]
    [InlineData("peft_type", "\"IA3\"", "peft_type is IA3; only LORA")]
    [InlineData("target_modules", "null", "target_modules is missing")]
    [InlineData("r", "null", "r is missing")]
    public void An_adapter_that_asks_for_what_is_not_computed_is_refused(string key, string value, string expected)
    {
        using TemporaryFolder folder = new();
        JsonNode config = JsonNode.Parse(
            File.ReadAllText(Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "init", "adapter_config.json")))!;
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(folder.File("adapter_config.json"), config.ToJsonString());
        Should.Throw<InputException>(() => AdapterFolder.ReadConfig(folder.Path)).Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("use_dora", "true"), InlineData("rank_pattern", "{\"o_proj\": 4, \"layers.0.mlp.*\": 2}"),
        InlineData("alpha_pattern", "{\"down_proj\": 32, \"o_proj\": 2.5}")]
    [InlineData("target_modules", "\".*layers\\\\.1\\\\..*(o|down)_proj\""), InlineData("use_rslora", "true")]
    public void What_peft_asks_for_is_kept_when_the_configuration_is_written_again(string key, string value)
    {
        using TemporaryFolder folder = new();
        using DecoderModel model = TinyTraining.Model();
        JsonNode config = JsonNode.Parse(
            File.ReadAllText(Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "init", "adapter_config.json")))!;
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(folder.File("adapter_config.json"), config.ToJsonString());
        using LoraAdapter adapter = LoraInjector.Inject(model, AdapterFolder.ReadConfig(folder.Path), 1);
        AdapterFolder.Save(folder.File("again"), adapter);
        JsonNode.DeepEquals(JsonNode.Parse(File.ReadAllText(folder.File("again/adapter_config.json")))![key], config[key]).ShouldBeTrue();
        using LoraAdapter loaded = AdapterFolder.Load(folder.File("again"), model);
        loaded.ParameterCount.ShouldBe(adapter.ParameterCount);
        adapter.Config.CountTrainable(model.Config).ShouldBe(adapter.ParameterCount);
    }

    [Fact]
    public void Patterns_choose_layers_ranks_and_scalings_as_pefts()
    {
        using DecoderModel model = TinyTraining.Model();
        LoraConfig config = Small with
        {
            TargetModules = [],
            TargetPattern = @"model\.layers\.(?!0\.).*_proj",
            RankPattern = [new("qkv_proj", 2), new(@"layers\.\d+\.self_attn\..*", 6), new("own_proj", 1)],
            AlphaPattern = [new(@"^model\.layers\.1\.mlp\.down_proj", 1)],
        };
        using LoraAdapter adapter = LoraInjector.Inject(model, config, 1);
        adapter.Parts.Select(p => (p.Name, p.A.shape[0], p.B.shape[1], p.Scaling)).ShouldBe(
        [
            ("model.layers.1.self_attn.qkv_proj", 2, 2, 4), ("model.layers.1.self_attn.o_proj", 6, 6, 8 / 6.0),
            ("model.layers.1.mlp.gate_up_proj", 4, 4, 2), ("model.layers.1.mlp.down_proj", 4, 4, 0.25),
        ]);
        Should.Throw<InputException>(() => LoraInjector.Inject(model, config with { TargetPattern = "q_proj" }, 1)).Message.ShouldStartWith(
            "lora_target: 'q_proj' matches no linear layer of this model; their names are like model.layers.0.self_attn.qkv_proj,");
        Should.Throw<InputException>(() => LoraInjector.Inject(model, config with { TargetPattern = "(" },
            1)).Message.ShouldStartWith("'(' is no usable regular expression");
        Should.Throw<InputException>(() =>
            LoraInjector.Inject(model, config with { RankPattern = [new("x", 0)] }, 1)).Message.ShouldContain("lora_rank: 0");
    }

    [Fact]
    public void An_adapter_of_another_model_or_none_at_all_is_refused()
    {
        using TemporaryFolder folder = new();
        using DecoderModel model = TinyTraining.Model();
        Should.Throw<InputException>(() => AdapterFolder.Load(folder.Path, model)).Message.ShouldContain("no adapter_config.json");
        Should.Throw<InputException>(() => AdapterFolder.Load(Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "final"), model))
            .Message.ShouldContain("misshapen");
    }

    private static LoraAdapter Random(DecoderModel model, LoraConfig config, ulong seed = 1)
    {
        using IDisposable noGrad = no_grad();
        using Generator generator = new(seed);
        LoraAdapter adapter = LoraInjector.Inject(model, config, 1);
        foreach ((_, Tensor weight) in adapter.NamedTensors())
            weight.normal_(0, 0.1, generator);
        adapter.Detach();
        return adapter;
    }

    private static Tensor Hidden(DecoderModel model)
    {
        using IDisposable noGrad = no_grad();
        return model.Forward(tensor(new long[,] { { 1, 5, 9, 2, 40, 33 }, { 7, 7, 1, 0, 2, 63 } }));
    }

    private static double Difference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();
}
