using Pipeline.Models.Families;
using Pipeline.Models.Vision;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Vision;

public sealed class Qwen2VlTrainingTests
{
    [Fact]
    public void A_new_model_learns_to_name_what_it_sees_and_every_weight_takes_part()
    {
        using DisposeScope scope = NewDisposeScope();
        Qwen2VlConfig config = Small();
        using Generator generator = new(7, CPU);
        using Qwen2VlModel model = new(config, ScalarType.Float32, CPU);
        model.InitializeWeights(generator);
        // Dark pictures are called 3, bright ones 4.
        VisionTextSequence dark = Sequence(0), bright = Sequence(255);
        using VisionTextBatch batch = VisionTextBatch.Create([dark, bright], config, CPU);
        Tensor places = tensor((long[])[dark.Ids.Count - 1, 2 * bright.Ids.Count - 1]), names = tensor((long[])[3, 4]);
        using AdamW optimizer = optim.AdamW(model.parameters(), 1e-2);

        double first = 0, last = 0;
        for (int step = 0; step < 30; step++)
        {
            using DisposeScope stepScope = NewDisposeScope();
            optimizer.zero_grad();
            Tensor loss = nn.functional.cross_entropy(model.Forward(batch, places), names);
            loss.backward();
            if (step == 0)
            {
                first = loss.ToDouble();
                string[] still = [.. model.named_parameters().Where(p => p.parameter.grad is not { } g || g.abs().max().ToDouble() == 0)
                    .Select(p => p.name)];
                still.ShouldBeEmpty();
            }
            optimizer.step();
            last = loss.ToDouble();
        }

        first.ShouldBeGreaterThan(1);
        last.ShouldBeLessThan(0.05);
    }

    private static VisionTextSequence Sequence(byte level)
    {
        RgbImage image = new(56, 28, [.. Enumerable.Range(0, 56 * 28 * 3).Select(i => (byte)Math.Abs(level - i % 7))]);
        ImagePatches patches = new ImagePreprocessor(new PreprocessorConfig { MinPixels = 784 }).Process(image);
        return new VisionTextSequence([1, .. Enumerable.Repeat(15, patches.Grid.Tokens(2)), 2], [patches]);
    }

    private static Qwen2VlConfig Small() => new()
    {
        Text = DecoderConfig.Parse("""
            { "model_type": "qwen2_vl", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
              "num_key_value_heads": 1, "vocab_size": 16, "max_position_embeddings": 128, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
              "tie_word_embeddings": true, "rope_scaling": { "type": "mrope", "mrope_section": [2, 3, 3] } }
            """, "test"),
        Vision = new VisionConfig { Depth = 1, EmbedDim = 16, NumHeads = 2, HiddenSize = 32 },
        ImageTokenId = 15,
    };
}
