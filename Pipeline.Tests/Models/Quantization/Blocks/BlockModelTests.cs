using Pipeline.Models.Families;
using Pipeline.Models.Quantization;
using Pipeline.Models.Quantization.Blocks;
using Pipeline.Models.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Quantization.Blocks;

/// <summary>Whole models whose matrices, embedding and head included, are stored in blocks for inference.</summary>
public sealed class BlockModelTests
{
    private static readonly string Starter = Path.Combine(RepositoryRoot.Path, "starter", "phi4-starter");

    public BlockModelTests() => TorchRuntime.Initialize();

    [Theory]
    [InlineData(8, 0.008)]
    [InlineData(4, 0.03)]
    public void A_model_in_blocks_predicts_a_text_nearly_as_well_as_in_full(int bits, double most)
    {
        string file = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "assets", "general"), "*.jsonl").Order().First();
        string text = File.ReadAllText(file)[..12_000];
        double full = Loss(text, null), stored = Loss(text, bits);
        (Math.Exp(stored - full) - 1).ShouldBeLessThan(most);
        stored.ShouldNotBe(full);
    }

    [Fact]
    public void A_model_in_blocks_holds_no_matrix_in_full()
    {
        using LanguageModel model = Load(4);
        DecoderModel decoder = model.Decoder;
        long full = decoder.parameters().Where(p => p.device_type == DeviceType.CPU).Sum(p => p.NumberOfElements);
        full.ShouldBe(decoder.Config.HiddenSize * (2L * decoder.Config.NumHiddenLayers + 1), "norms alone");
        decoder.EmbeddingBlocks.ShouldNotBeNull().Format.ShouldBe(BlockFormat.Q8);
        decoder.Projections().ShouldAllBe(p => ((BlockWeight)p.Layer.Quantized).Format == BlockFormat.Q4);
    }

    [Fact]
    public void Embeddings_are_the_restored_rows_and_a_wrong_id_is_an_error()
    {
        using DisposeScope scope = NewDisposeScope();
        using BlockWeight weight = BlockWeight.Quantize(arange(40 * 70).view(40, 70).to(ScalarType.Float32), BlockFormat.Q8);
        Tensor restored = empty(40, 70), ids = tensor(new long[,] { { 3, 39 }, { 0, 3 } });
        weight.DequantizeInto(restored);
        BlockEmbedding.Rows(weight, ids, ScalarType.Float32).eq(restored[ids]).all().item<bool>().ShouldBeTrue();
        Should.Throw<ArgumentOutOfRangeException>(() => BlockEmbedding.Rows(weight, tensor(new long[,] { { 40 } }), ScalarType.Float32));
    }

    [Fact]
    public void Weights_that_are_rounded_here_to_four_bits_lose_less_than_by_the_encoder_of_files()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        float[] numbers = randn(200, 32, generator: generator).data<float>().ToArray();
        byte[] block = new byte[BlockFormat.Q4.Bytes];
        float[] restored = new float[BlockFormat.Elements];
        double searched = 0, plain = 0;
        foreach (float[] values in numbers.Chunk(BlockFormat.Elements))
        {
            BlockSearch.Encode(BlockFormat.Q4, values, block);
            searched += Error(values);
            BlockCodec.Encode(BlockFormat.Q4, values, block);
            plain += Error(values);
        }
        searched.ShouldBeLessThan(0.9 * plain);

        double Error(float[] values)
        {
            BlockCodec.Decode(BlockFormat.Q4, block, restored);
            return values.Zip(restored).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
        }
    }

    private static LanguageModel Load(int? bits) => LanguageModel.Load(Starter, new ModelLoadOptions
    {
        Device = "cpu",
        QuantizationBits = bits,
        QuantizedStorage = QuantizedStorage.Blocks,
    });

    // Mean over all tokens, in windows of 256.
    private static double Loss(string text, int? bits)
    {
        using LanguageModel model = Load(bits);
        using IDisposable noGrad = no_grad();
        double sum = 0;
        long count = 0;
        foreach (long[] window in model.Tokenizer.Encode(text).Select(id => (long)id).Chunk(256).Where(w => w.Length > 1))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor scores = model.Decoder.Logits(model.Decoder.Forward(tensor(window[..^1]).unsqueeze(0))).squeeze(0);
            sum += nn.functional.cross_entropy(scores, tensor(window[1..]), reduction: nn.Reduction.Sum).item<float>();
            count += window.Length - 1;
        }
        return sum / count;
    }
}
