using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using Pipeline.Models.Lora;
using Pipeline.Models.Quantization;
using Pipeline.Models.Runtime;
using Pipeline.Models.Weights;
using Pipeline.Tests.Models.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Quantization;

public sealed class QuantizedModelTests
{
    private static readonly string Golden = Path.Combine(GoldenFiles.Root, "phi4-tiny");

    [Theory]
    [InlineData(8, 0.55), InlineData(4, 0.35)]
    public void Stored_bytes_of_the_linear_layers_keep_their_bound(int bits, double limit)
    {
        using LanguageModel model = Load(bits);
        ProjectionLayer[] layers = [.. model.Decoder.Projections().Select(p => p.Layer)];
        layers.Length.ShouldBe(4 * model.Decoder.Config.NumHiddenLayers);
        long stored = layers.Sum(l => l.StoredBytes), bf16 = layers.Sum(l => 2 * l.InFeatures * l.OutFeatures);
        (stored / (double)bf16).ShouldBeInRange(bits / 16.0, limit);
    }

    [Theory]
    [InlineData(8), InlineData(4)]
    public void A_quantized_model_computes_with_its_dequantized_weights_forward_and_backward(int bits)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel quantized = Tiny(bits), dense = Tiny(null);
        using (no_grad())
        {
            foreach (((_, ProjectionLayer from), (_, ProjectionLayer to)) in quantized.Projections().Zip(dense.Projections()))
            {
                Tensor scratch = empty(from.InFeatures * from.OutFeatures + 5);
                to.Weight.copy_(from.Dense(scratch));
            }
        }
        LoraConfig config = new() { Rank = 4, Alpha = 8, TargetModules = ["all"] };
        using LoraAdapter adapter = LoraInjector.Inject(quantized, config, seed: 1),
            reference = LoraInjector.Inject(dense, config, seed: 1);
        Tensor ids = tensor(new long[,] { { 1, 5, 9, 2, 40, 33 }, { 7, 7, 1, 0, 2, 63 } });
        Tensor hidden = quantized.Forward(ids), expected = dense.Forward(ids);
        hidden.eq(expected).all().item<bool>().ShouldBeTrue();
        using (no_grad())
            quantized.Forward(ids).eq(expected).all().item<bool>().ShouldBeTrue("without gradients too");

        hidden.square().sum().backward();
        expected.square().sum().backward();
        foreach ((KeyValuePair<string, Tensor> gradient, KeyValuePair<string, Tensor> wanted) in adapter.NamedTensors()
            .Zip(reference.NamedTensors()))
            (gradient.Value.grad! - wanted.Value.grad!).abs().max().item<float>()
                .ShouldBeLessThan(1e-5f * wanted.Value.grad!.abs().max().item<float>() + 1e-12f, gradient.Key);
    }

    [Fact]
    public void Layers_are_dequantized_into_one_buffer_in_turn_and_into_another_while_it_is_lent()
    {
        using DecoderModel model = Tiny(4);
        ProjectionLayer[] layers = [.. model.Projections().Select(p => p.Layer).OrderByDescending(l => l.InFeatures * l.OutFeatures)];
        nint first, second;
        using (BorrowedWeight weight = layers[0].Borrow(ScalarType.Float32))
        {
            first = TensorMemory.Start(weight.Dense);
            using BorrowedWeight other = layers[^1].Borrow(ScalarType.Float32);
            second = TensorMemory.Start(other.Dense);
        }
        second.ShouldNotBe(first);
        using BorrowedWeight again = layers[^1].Borrow(ScalarType.Float32);
        TensorMemory.Start(again.Dense).ShouldBe(first, "the larger of the two was kept");
    }

    [Fact]
    public void Only_the_linear_layers_of_the_decoder_are_quantized_and_their_names_stay()
    {
        using LanguageModel full = Load(null), quantized = Load(4);
        quantized.Decoder.QuantizationBits.ShouldBe(4);
        full.Decoder.QuantizationBits.ShouldBeNull();
        quantized.Decoder.Weights().Select(w => (w.Key, string.Join(", ", w.Value.shape)))
            .ShouldBe(full.Decoder.Weights().Select(w => (w.Key, string.Join(", ", w.Value.shape))));
        quantized.Decoder.Weights().Where(w => w.Value.device_type == DeviceType.META).Select(w => w.Key)
            .ShouldBe(full.Decoder.Projections().Select(p => p.Name + ".weight"), ignoreOrder: true);
        quantized.Decoder.parameters().ShouldAllBe(p => !p.requires_grad);
        Should.Throw<InvalidOperationException>(() =>
            quantized.Decoder.Projections().First().Layer.Weight).Message.ShouldContain("stored in 4 bits");
    }

    [Fact]
    public void Other_bits_damaged_weights_and_missing_ones_are_refused()
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        Should.Throw<InputException>(() => Load(3)).Message.ShouldBe("quantization: 3 bits are not supported; use 8 or 4");

        using DecoderModel empty = new(TinyTraining.Config, ScalarType.Float32, CPU, 8);
        Should.Throw<InvalidOperationException>(() =>
            empty.Forward(zeros(1, 3, ScalarType.Int64))).Message.ShouldContain("have not been loaded");

        using DecoderModel damaged = TinyTraining.Model();
        using (no_grad())
            damaged.Projections().First().Layer.Weight[0, 0] = float.NaN;
        SafetensorsWriter.WriteCheckpoint(folder.Path, damaged.Weights());
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(folder.Path);
        Should.Throw<InputException>(() => empty.LoadWeights(checkpoint)).Message.ShouldContain(
            "model.safetensors: model.layers.0.self_attn.qkv_proj.weight: it holds infinities");
    }

    private static LanguageModel Load(int? bits) =>
        LanguageModel.Load(Golden, new ModelLoadOptions { Device = "cpu", QuantizationBits = bits });

    private static DecoderModel Tiny(int? bits)
    {
        DecoderModel model = new(TinyTraining.Config, ScalarType.Float32, CPU, bits);
        using Generator generator = new(1);
        model.InitializeWeights(generator);
        return model;
    }
}
