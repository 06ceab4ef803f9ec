using Pipeline.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Models.Vision;

/// <summary>Pre-norm transformer block of the vision tower. Reference: transformers <c>Qwen2VLVisionBlock</c>.</summary>
internal sealed class VisionBlock : nn.Module
{
    internal const double NormEps = 1e-6;

    private readonly LayerNorm _norm1;
    private readonly LayerNorm _norm2;
    private readonly VisionAttention _attention;
    private readonly VisionMlp _mlp;

    public VisionBlock(VisionConfig config, ScalarType dtype, Device device) : base(nameof(VisionBlock))
    {
        _norm1 = nn.LayerNorm(config.EmbedDim, NormEps, dtype: dtype, device: device);
        _norm2 = nn.LayerNorm(config.EmbedDim, NormEps, dtype: dtype, device: device);
        _attention = new VisionAttention(config, dtype, device);
        _mlp = new VisionMlp(config, dtype, device);
        register_module("norm1", _norm1);
        register_module("norm2", _norm2);
        register_module("attn", _attention);
        register_module("mlp", _mlp);
    }

    /// <param name="x">[patches, embed], one image after another.</param>
    /// <param name="lengths">Patches of each image; attention stays within an image.</param>
    /// <param name="cos">[patches, 1, head]</param>
    /// <param name="sin">[patches, 1, head]</param>
    public Tensor Forward(Tensor x, IReadOnlyList<int> lengths, Tensor cos, Tensor sin)
    {
        using DisposeScope scope = NewDisposeScope();
        x = x + _attention.Forward(_norm1.forward(x), lengths, cos, sin);
        return (x + _mlp.Forward(_norm2.forward(x))).MoveToOuterDisposeScope();
    }

    private sealed class VisionAttention : nn.Module
    {
        private readonly ProjectionLayer _qkv;      // [3 * embed, embed]
        private readonly ProjectionLayer _proj;    // [embed, embed]
        private readonly int _heads;

        public VisionAttention(VisionConfig config, ScalarType dtype, Device device) : base(nameof(VisionAttention))
        {
            _qkv = new ProjectionLayer(config.EmbedDim, 3 * config.EmbedDim, true, dtype, device);
            _proj = new ProjectionLayer(config.EmbedDim, config.EmbedDim, true, dtype, device);
            _heads = config.NumHeads;
            register_module("qkv", _qkv);
            register_module("proj", _proj);
        }

        public Tensor Forward(Tensor x, IReadOnlyList<int> lengths, Tensor cos, Tensor sin)
        {
            long patches = x.shape[0];
            Tensor[] qkv = _qkv.forward(x).view(patches, 3, _heads, -1).unbind(1);
            Tensor q = VisionRotary.Apply(qkv[0], cos, sin);
            Tensor k = VisionRotary.Apply(qkv[1], cos, sin);
            Tensor attended = lengths.All(l => l == lengths[0])
                ? Attend(q, k, qkv[2], lengths.Count)
                : cat([.. Segments(lengths).Select(s =>
                    Attend(q.narrow(0, s.Start, s.Length), k.narrow(0, s.Start, s.Length), qkv[2].narrow(0, s.Start, s.Length), 1))]);
            return _proj.forward(attended);
        }

        /// <summary>Full attention within each of several images of equal size: [patches, heads, head] → [patches, embed].</summary>
        private Tensor Attend(Tensor q, Tensor k, Tensor v, int images)
        {
            Tensor attended = nn.functional.scaled_dot_product_attention(Split(q), Split(k), Split(v));
            return attended.transpose(1, 2).reshape(q.shape[0], -1);

            Tensor Split(Tensor t) => t.reshape(images, t.shape[0] / images, _heads, t.shape[2]).transpose(1, 2);
        }

        private static IEnumerable<(long Start, long Length)> Segments(IReadOnlyList<int> lengths)
        {
            long start = 0;
            foreach (int length in lengths)
            {
                yield return (start, length);
                start += length;
            }
        }

        // Everything is registered under the hub's names; TorchSharp would add the fields under theirs when the mode changes.
        protected override void RegisterComponents()
        {
        }
    }

    private sealed class VisionMlp : nn.Module
    {
        private readonly ProjectionLayer _up;      // [ratio * embed, embed]
        private readonly ProjectionLayer _down;    // [embed, ratio * embed]

        public VisionMlp(VisionConfig config, ScalarType dtype, Device device) : base(nameof(VisionMlp))
        {
            int width = (int)(config.EmbedDim * config.MlpRatio);
            _up = new ProjectionLayer(config.EmbedDim, width, true, dtype, device);
            _down = new ProjectionLayer(width, config.EmbedDim, true, dtype, device);
            register_module("fc1", _up);
            register_module("fc2", _down);
        }

        public Tensor Forward(Tensor x)
        {
            Tensor up = _up.forward(x);
            return _down.forward(up * (up * 1.702).sigmoid());   // quick_gelu
        }

        // Everything is registered under the hub's names; TorchSharp would add the fields under theirs when the mode changes.
        protected override void RegisterComponents()
        {
        }
    }

    // Everything is registered under the hub's names; TorchSharp would add the fields under theirs when the mode changes.
    protected override void RegisterComponents()
    {
    }
}
