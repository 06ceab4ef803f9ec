using System.Text.Json.Nodes;
using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using Pipeline.Models.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Families;

/// <summary>Different ways through the decoder that must give the same numbers.</summary>
public sealed class DecoderModelTests
{
    private const double Tolerance = 2e-5;      // other kernels, other order of additions

    public static TheoryData<string> Folders => [.. GoldenFiles.TextModels];

    [Theory, MemberData(nameof(Folders))]
    public void Padding_on_the_right_changes_nothing(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = Load(folder);
        Tensor ids = Ids(2, 12);
        Tensor mask = ones(2, 12, ScalarType.Int64);
        mask[1, TensorIndex.Slice(7)] = 0;

        Tensor padded = model.Forward(ids, mask);
        Tensor alone = model.Forward(ids[TensorIndex.Slice(1), TensorIndex.Slice(0, 7)]);

        Furthest(padded[1, TensorIndex.Slice(0, 7)], alone[0]).ShouldBeLessThan(Tolerance);
    }

    [Theory, MemberData(nameof(Folders))]
    public void Explicit_causal_mask_gives_the_same_output_and_gradients(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = Load(folder);
        Tensor ids = Ids(2, 12);
        Tensor positions = arange(12, ScalarType.Int64).unsqueeze(0).expand(2, 12);
        Tensor allowed = ones(12, 12, ScalarType.Bool).tril().view(1, 1, 12, 12).expand(2, 1, 12, 12);

        Dictionary<string, Tensor> plain = Gradients(model, model.Forward(ids));
        Dictionary<string, Tensor> masked = Gradients(model, model.ForwardEmbeddings(model.Embed(ids), positions, allowed));

        plain.Count.ShouldBe(model.parameters().Count() - (model.Config.TieWordEmbeddings ? 0 : 1));
        foreach ((string name, Tensor gradient) in plain)
            (Furthest(gradient, masked[name]) / gradient.abs().max().item<float>()).ShouldBeLessThan(1e-4, name);
    }

    [Theory, MemberData(nameof(Folders))]
    public void Sequences_packed_into_one_row_are_computed_as_if_alone(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = Load(folder);
        Tensor ids = Ids(1, 11);
        Tensor positions = cat([arange(6, ScalarType.Int64), arange(5, ScalarType.Int64)]).unsqueeze(0);
        Tensor allowed = block_diag(ones(6, 6).tril(), ones(5, 5).tril()).to(ScalarType.Bool).view(1, 1, 11, 11);

        Tensor packed = model.ForwardEmbeddings(model.Embed(ids), positions, allowed);

        Furthest(packed[0, TensorIndex.Slice(6)], model.Forward(ids[TensorIndex.Colon, TensorIndex.Slice(6)])[0])
            .ShouldBeLessThan(Tolerance);
    }

    [Theory, MemberData(nameof(Folders))]
    public void Prompt_fed_in_two_parts_equals_one(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using DecoderModel model = Load(folder);
        using KvCache cache = model.CreateCache();
        Tensor ids = Ids(2, 20);

        model.Forward(ids[TensorIndex.Colon, TensorIndex.Slice(0, 13)], cache: cache);
        Tensor rest = model.Forward(ids[TensorIndex.Colon, TensorIndex.Slice(13)], cache: cache);

        Furthest(rest, model.Forward(ids)[TensorIndex.Colon, TensorIndex.Slice(13)]).ShouldBeLessThan(Tolerance);
    }

    [Fact]
    public void Llama_with_biases_in_its_attention_computes_what_qwen2_does()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using DecoderModel qwen = Load("qwen2-tiny");
        JsonObject json = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenFiles.Root, "qwen2-tiny", "config.json")))!.AsObject();
        (json["model_type"], json["attention_bias"]) = ("llama", true);
        using DecoderModel llama = new(DecoderConfig.Parse(json.ToJsonString(), "config.json"), ScalarType.Float32, CPU);
        Dictionary<string, Tensor> weights = qwen.Weights().ToDictionary();
        foreach ((string name, Tensor weight) in llama.Weights())
        {
            if (name.EndsWith("o_proj.bias", StringComparison.Ordinal))
                weight.zero_();         // which Qwen2 has not
            else
                weight.copy_(weights[name]);
        }
        Tensor ids = Ids(2, 12);

        Furthest(llama.Forward(ids), qwen.Forward(ids)).ShouldBe(0);
        llama.Weights().First(w => w.Key.EndsWith("o_proj.bias", StringComparison.Ordinal)).Value.fill_(0.5);
        Furthest(llama.Forward(ids), qwen.Forward(ids)).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Fresh_weights_depend_on_the_seed_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        DecoderConfig config = DecoderConfig.Load(Path.Combine(GoldenFiles.Root, "qwen2-tiny"));
        using DecoderModel model = new(config, ScalarType.Float32, CPU);
        Tensor Weight(ulong seed)
        {
            using Generator generator = new(seed);
            model.InitializeWeights(generator);
            return model.Weights().First(w => w.Key.EndsWith("q_proj.weight", StringComparison.Ordinal)).Value.clone();
        }

        Tensor first = Weight(1);
        Furthest(first, Weight(1)).ShouldBe(0);
        Furthest(first, Weight(2)).ShouldBeGreaterThan(0);
        first.std().item<float>().ShouldBe(0.02f, 0.002f);
        model.Weights().Where(w => w.Key.EndsWith(".bias", StringComparison.Ordinal))
            .ShouldAllBe(w => w.Value.abs().max().item<float>() == 0);
        model.Weights().Where(w => w.Key.EndsWith("norm.weight", StringComparison.Ordinal))
            .ShouldAllBe(w => w.Value.min().item<float>() == 1);
    }

    private static Dictionary<string, Tensor> Gradients(DecoderModel model, Tensor hidden)
    {
        foreach (Parameter parameter in model.parameters())
        {
            parameter.requires_grad_(true);
            parameter.grad = null;
        }
        hidden.square().mean().backward();
        return model.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(p => p.name, p => p.parameter.grad!.clone());
    }

    private static DecoderModel Load(string folder)
    {
        string path = Path.Combine(GoldenFiles.Root, folder);
        DecoderModel model = new(DecoderConfig.Load(path), ScalarType.Float32, CPU);
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(path);
        model.LoadWeights(checkpoint);
        return model;
    }

    private static Tensor Ids(int batch, int length) =>
        arange(batch * length, ScalarType.Int64).mul(37).add(11).remainder(300).view(batch, length);

    private static double Furthest(Tensor a, Tensor b)
    {
        a.shape.ShouldBe(b.shape);
        return (a - b).abs().max().item<float>();
    }
}
