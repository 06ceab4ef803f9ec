using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using Pipeline.Models.Lora;
using Pipeline.Models.Quantization;
using Pipeline.Models.Weights;
using Pipeline.Tests.Models.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Lora;

/// <summary>Weight-decomposed adapters, against the formula of the paper (arXiv:2402.09353) written out in full.</summary>
public sealed class DoraTests
{
    private static readonly LoraConfig Config = new() { Rank = 4, Alpha = 8, TargetModules = ["all"], UseDora = true };

    [Theory]
    [InlineData("phi4-tiny", ScalarType.Float32, null), InlineData("qwen2-tiny", ScalarType.Float32, null),
        InlineData("qwen2-tiny", ScalarType.BFloat16, null)]
    [InlineData("phi4-tiny", ScalarType.Float32, 4), InlineData("qwen2-tiny", ScalarType.BFloat16, 8)]
    public void A_new_adapter_changes_nothing(string folder, ScalarType type, int? bits)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using DecoderModel model = Load(folder, type, bits);
        Tensor before = Hidden(model);
        using LoraAdapter adapter = LoraInjector.Inject(model, Config, seed: 5);
        Hidden(model).eq(before).all().item<bool>().ShouldBeTrue();
        adapter.NamedTensors().Count(t => t.Key.EndsWith(".lora_magnitude_vector", StringComparison.Ordinal))
            .ShouldBe(model.Projections().Count());
        adapter.ParameterCount.ShouldBe(Config.CountTrainable(model.Config));
        (Config.CountTrainable(model.Config) - (Config with { UseDora = false }).CountTrainable(model.Config))
            .ShouldBe(model.Projections().Sum(p => p.Layer.OutFeatures));
    }

    [Theory]
    [InlineData(null), InlineData(8), InlineData(4)]
    public void Output_and_gradients_are_those_of_the_full_formula(int? bits)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = Load("qwen2-tiny", ScalarType.Float32, bits);
        using LoraAdapter adapter = Random(model, Config with { UseRsLora = true });
        using Generator generator = new(2);
        foreach (LoraLinear part in adapter.Parts.Where(p => p.Name.StartsWith("model.layers.1.", StringComparison.Ordinal)))
        {
            ProjectionLayer layer = model.Projections().Single(p => p.Name == part.Name).Layer;
            Tensor x = randn([2, 5, layer.InFeatures], generator: generator), own = x.clone().requires_grad_(true);
            Tensor ownGradient = randn([2, 5, layer.OutFeatures], generator: generator);
            Tensor output = layer.forward(own);
            output.backward([ownGradient]);

            Tensor a = Leaf(part.A), b = Leaf(part.B), m = Leaf(part.Magnitude!), reference = x.clone().requires_grad_(true);
            using BorrowedWeight weight = layer.Borrow(ScalarType.Float32);
            Tensor w = weight.Dense.clone(), updated = w + b.mm(a) * part.Scaling;
            Tensor expected = reference.matmul((updated * (m / updated.detach().norm(1, false, 2)).unsqueeze(1)).t());
            if (layer.Bias is not null)
                expected += layer.Bias;
            expected.backward([ownGradient]);

            Furthest(output, expected).ShouldBeLessThan(1e-5, part.Name);
            foreach ((Tensor gradient, Tensor wanted) in ((Tensor, Tensor)[])[(part.A.grad!, a.grad!), (part.B.grad!, b.grad!),
                (part.Magnitude!.grad!, m.grad!), (own.grad!, reference.grad!)])
                (Furthest(gradient, wanted) / wanted.abs().max().item<float>()).ShouldBeLessThan(1e-5, part.Name);
        }
    }

    [Fact]
    public void Norms_without_the_full_matrix_are_those_of_the_full_matrix()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = TinyTraining.Model();
        using LoraAdapter adapter = Random(model, Config);
        (string name, ProjectionLayer layer) = model.Projections().First();
        LoraLinear part = adapter.Parts.Single(p => p.Name == name);
        using (no_grad())
            part.B[3] = part.B[3] * 100;        // an update far larger than the weight
        Tensor expected = (layer.Weight + part.B.mm(part.A) * part.Scaling).norm(1, false, 2);
        Tensor norm = part.NormOfRows(layer.Dense(null));
        norm.requires_grad.ShouldBeFalse();
        (norm / expected - 1).abs().max().item<float>().ShouldBeLessThan(1e-5f);
    }

    [Fact]
    public void A_row_of_zeros_divides_nothing_by_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = TinyTraining.Model();
        using (no_grad())
            model.Projections().First().Layer.Weight[2] = zeros(32);
        using LoraAdapter adapter = LoraInjector.Inject(model, Config, 1);
        Tensor hidden = Hidden(model);
        hidden.square().sum().backward();
        adapter.NamedTensors().ShouldAllBe(t => isfinite(t.Value.grad!).all().item<bool>());
    }

    [Fact]
    public void A_merged_model_computes_what_base_and_adapter_compute()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using DecoderModel model = Load("phi4-tiny", ScalarType.Float32, null);
        using LoraAdapter adapter = Random(model, Config);
        AdapterFolder.Save(folder.File("adapter"), adapter);
        AdapterMerger.Merge(Path.Combine(GoldenFiles.Root, "phi4-tiny"), folder.File("adapter"), folder.File("merged")).ShouldBe(12);
        using DecoderModel merged = LoraGoldenTests.LoadModel(folder.File("merged"));
        Tensor plain = Hidden(merged);
        Furthest(plain, Hidden(model)).ShouldBeLessThan(2e-5);
        adapter.Detach();
        Furthest(plain, Hidden(model)).ShouldBeGreaterThan(0.1);
    }

    [Fact]
    public void Saved_and_loaded_adapters_are_equal_byte_by_byte_and_a_frozen_one_computes_the_same()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using DecoderModel model = TinyTraining.Model();
        using LoraAdapter adapter = Random(model, Config);
        Tensor expected = Hidden(model);
        AdapterFolder.Save(folder.File("a"), adapter, "base");
        using LoraAdapter loaded = AdapterFolder.Load(folder.File("a"), model);
        loaded.Config.UseDora.ShouldBeTrue();
        AdapterFolder.Save(folder.File("b"), loaded, "base");
        foreach (string file in (string[])["adapter_model.safetensors", "adapter_config.json"])
            File.ReadAllBytes(folder.File($"b/{file}")).ShouldBe(File.ReadAllBytes(folder.File($"a/{file}")));

        loaded.Attach();
        Hidden(model).eq(expected).all().item<bool>().ShouldBeTrue();
        Hidden(model).eq(expected).all().item<bool>().ShouldBeTrue("the second pass takes the norms of the first");
    }

    [Theory]
    [InlineData(""), InlineData(".weight")]
    public void An_adapter_as_peft_writes_it_is_read(string ending)
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using DecoderModel model = TinyTraining.Model();
        const string layer = "model.layers.0.mlp.down_proj", prefix = "base_model.model." + layer;
        using Generator generator = new(2);
        Tensor a = randn([2, 64], generator: generator), b = randn([32, 2], generator: generator), m = rand([32], generator: generator)
            + 0.5;
        SafetensorsWriter.Write(folder.File("adapter_model.safetensors"), new Dictionary<string, Tensor>
        {
            [prefix + ".lora_A.weight"] = a,
            [prefix + ".lora_B.weight"] = b,
            [prefix + ".lora_magnitude_vector" + ending] = m,
        });
        File.WriteAllText(folder.File("adapter_config.json"), $$"""
            {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "use_dora": true, "modules_to_save": null, "target_modules": ["layers.0.mlp.down_proj"]}
            """);
        using LoraAdapter adapter = AdapterFolder.Load(folder.Path, model);
        adapter.Attach();
        ProjectionLayer target = model.Projections().Single(p => p.Name == layer).Layer;
        Tensor updated = target.Weight + b.mm(a) * 2, x = randn([3, 64], generator: generator);
        Tensor expected = x.mm((updated / updated.norm(1, true, 2) * m.unsqueeze(1)).t());
        Furthest(target.forward(x), expected).ShouldBeLessThan(1e-4);

        SafetensorsWriter.Write(folder.File("adapter_model.safetensors"), new Dictionary<string,
            Tensor>
        { [prefix + ".lora_A.weight"] = a, [prefix + ".lora_B.weight"] = b });
        Should.Throw<InputException>(() =>
            AdapterFolder.Load(folder.Path, model)).Message.ShouldContain($"1 missing: {prefix}.lora_magnitude_vector");
    }

    private static DecoderModel Load(string folder, ScalarType type, int? bits)
    {
        string path = Path.Combine(GoldenFiles.Root, folder);
        DecoderModel model = new(DecoderConfig.Load(path), type, CPU, bits);
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(path);
        model.LoadWeights(checkpoint);
        return model;
    }

    private static LoraAdapter Random(DecoderModel model, LoraConfig config)
    {
        using IDisposable noGrad = no_grad();
        using Generator generator = new(1);
        LoraAdapter adapter = LoraInjector.Inject(model, config, 1);
        foreach (LoraLinear part in adapter.Parts)
        {
            part.B.normal_(0, 0.1, generator);
            part.Magnitude!.mul_(empty_like(part.Magnitude!).uniform_(0.7, 1.5, generator));
        }
        return adapter;
    }

    private static Tensor Leaf(Tensor weight) => weight.detach().clone().requires_grad_(true);

    private static Tensor Hidden(DecoderModel model) =>
        model.Forward(tensor(new long[,] { { 1, 5, 9, 2, 40, 33 }, { 7, 7, 1, 0, 2, 63 } }));

    private static double Furthest(Tensor a, Tensor b)
    {
        a.shape.ShouldBe(b.shape);
        return (a - b).abs().max().item<float>();
    }
}
