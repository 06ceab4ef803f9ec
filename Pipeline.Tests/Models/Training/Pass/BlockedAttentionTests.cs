using Pipeline.Models.Families;
using Pipeline.Models.Runtime.Products;
using Pipeline.Models.Training.Pass;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training.Pass;

/// <summary>Attention over block kernels against the one over libtorch's products, in float32.</summary>
public sealed class BlockedAttentionTests
{
    [Theory]
    [InlineData(ScalarType.Float32, 64, 2, null)]
    [InlineData(ScalarType.Float32, 12, 3, null)]
    [InlineData(ScalarType.Float32, 20, 1, 40)]
    [InlineData(ScalarType.BFloat16, 64, 2, null)]
    [InlineData(ScalarType.BFloat16, 12, 3, 100)]
    [InlineData(ScalarType.BFloat16, 128, 3, null)]
    public void Results_and_gradients_equal_those_over_the_products_of_libtorch(ScalarType type, int headSize, int group, int? window)
    {
        Assert.SkipUnless(BlockKernel.Has(type), $"this processor has no {type} block kernels");
        using DisposeScope scope = NewDisposeScope();
        SequenceLayout layout = new([300, 1, 17, 129, 64, 64, 530]);
        using Generator random = new(9);
        const int KvHeads = 2;
        DecoderConfig config = Config(headSize, KvHeads * group, KvHeads, window);
        Tensor table = zeros(1, 1); // rotation is none of attention's business
        HeadLayout heads = new(layout, KvHeads, group, headSize, table, table, table, table, long.MaxValue);
        Given given = Given.Random(heads, random, type);

        (Tensor attended, Tensor[] gradients) = Run(given, heads, config, type, blocked: true);
        (Tensor expected, Tensor[] expectedGradients) = Run(given.In(ScalarType.Float32), heads, config, ScalarType.Float32,
            blocked: false);

        double most = type == ScalarType.Float32 ? 2e-5 : 0.02;
        Distance(attended.narrow(0, 0, layout.Tokens), expected.narrow(0, 0, layout.Tokens)).ShouldBeLessThan(most);
        attended.narrow(0, layout.Tokens, layout.Rows - layout.Tokens).to(ScalarType.Float32).abs().sum().item<float>().ShouldBe(0);
        for (int i = 0; i < gradients.Length; i++)
            Distance(gradients[i], expectedGradients[i]).ShouldBeLessThan(most, "gradient of " + "qkv"[i]);
    }

    private static (Tensor Attended, Tensor[] Gradients) Run(Given given, HeadLayout heads, DecoderConfig config, ScalarType type,
        bool blocked)
    {
        using PassBuffers buffers = new(type, CPU);
        IPassAttention attention = blocked
            ? TorchProducts.FastestFor(type, CPU, buffers).CreateAttention(new TorchKernels(), config)
            : new TorchProducts(buffers).CreateAttention(new TorchKernels(), config);
        (attention is PassAttention).ShouldBe(!blocked);
        Tensor lse = empty(given.Q.shape[0]), attended = Nothing(given.Gradient);
        Tensor[] gradients = [Nothing(given.Q), Nothing(given.K), Nothing(given.V)];
        for (int time = 0; time < 2; time++)    // the second finds used scratch
        {
            attention.Forward(given.Q, given.K, given.V, heads, lse, attended);
            attention.Backward(given.Gradient, attended, given.Q, given.K, given.V, heads, lse, gradients[0], gradients[1], gradients[2]);
        }
        return (attended, gradients);
    }

    private static Tensor Nothing(Tensor like) => empty_like(like).fill_(float.NaN);

    private static double Distance(Tensor a, Tensor b) =>
        ((a.to(ScalarType.Float32) - b).abs().max() / b.abs().max()).item<float>();

    private static DecoderConfig Config(int headSize, int heads, int kvHeads, int? window) => DecoderConfig.Parse($$"""
        { "model_type": "phi3", "hidden_size": {{headSize * heads}}, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": {{heads}},
          "num_key_value_heads": {{kvHeads}}, "vocab_size": 16, "max_position_embeddings": 2048, "original_max_position_embeddings": 2048,
          "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": true
          {{(window is null ? "" : $""", "sliding_window": {window}""")}} }
        """, "test");

    private sealed record Given(Tensor Q, Tensor K, Tensor V, Tensor Gradient)
    {
        public static Given Random(HeadLayout heads, Generator random, ScalarType type)
        {
            SequenceLayout layout = heads.Sequences;
            Tensor q = randn([(long)layout.PaddedRows * heads.Heads, heads.HeadSize], generator: random);
            Tensor k = randn([(long)layout.PaddedRows * heads.KvHeads, heads.HeadSize], generator: random), v = randn_like(k);
            foreach (Sequence sequence in layout.Sequences)
            {
                int behind = sequence.PaddedLength - sequence.Length;
                for (int head = 0; head < heads.KvHeads && behind > 0; head++)
                {
                    long key = (long)sequence.PaddedStart * heads.KvHeads + (long)head * sequence.PaddedLength + sequence.Length;
                    k.narrow(0, key, behind).zero_();
                    v.narrow(0, key, behind).zero_();
                    q.narrow(0, (long)sequence.PaddedStart * heads.Heads
                        + ((long)head * sequence.PaddedLength + sequence.Length) * heads.Group, (long)behind * heads.Group).zero_();
                }
            }
            Tensor gradient = randn([layout.Rows, (long)heads.Heads * heads.HeadSize], generator: random);
            return new Given(q.to(type), k.to(type), v.to(type), gradient.to(type));
        }

        public Given In(ScalarType type) => new(Q.to(type), K.to(type), V.to(type), Gradient.to(type));
    }
}
