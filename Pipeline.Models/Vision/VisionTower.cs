using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Pipeline.Models.Vision;

/// <summary>
/// Patches in, text-sized embeddings out: patch embedding, blocks with rotary positions over two axes, and a merger that
/// joins each square of patches into one token. Reference: transformers <c>Qwen2VisionTransformerPretrainedModel</c>.
/// </summary>
internal sealed class VisionTower : nn.Module
{
    [ComponentName(Name = "patch_embed")] private readonly PatchEmbedding _patches;
    [ComponentName(Name = "blocks")] private readonly ModuleList<VisionBlock> _blocks;
    [ComponentName(Name = "merger")] private readonly PatchMerger _merger;
    private readonly VisionConfig _config;

    public VisionTower(VisionConfig config, ScalarType dtype, Device device) : base(nameof(VisionTower))
    {
        _config = config;
        _patches = new PatchEmbedding(config, dtype, device);
        _blocks = new ModuleList<VisionBlock>([.. Enumerable.Range(0, config.Depth).Select(_ => new VisionBlock(config, dtype, device))]);
        _merger = new PatchMerger(config, dtype, device);
        RegisterComponents();
    }

    /// <summary>Embeds images.</summary>
    /// <param name="pixels">[patches of all images, patch length]</param>
    /// <param name="grids">The patches of each image, in the same order.</param>
    /// <returns>[tokens of all images, hidden]</returns>
    public Tensor Forward(Tensor pixels, IReadOnlyList<PatchGrid> grids)
    {
        using DisposeScope scope = NewDisposeScope();
        int[] lengths = [.. grids.Select(g => g.Patches)];
        if (pixels.dim() != 2 || pixels.shape[0] != lengths.Sum() || pixels.shape[1] != _config.PatchLength)
            throw new ArgumentException($"pixels are [{string.Join(", ", pixels.shape)}]; the grids need [{lengths.Sum()}, {_config.PatchLength}]", nameof(pixels));
        Tensor x = _patches.Forward(pixels);
        (Tensor cos, Tensor sin) = VisionRotary.Tables(grids, _config, x.device);
        foreach (VisionBlock block in _blocks)
            x = block.Forward(x, lengths, cos, sin);
        return _merger.Forward(x).MoveToOuterDisposeScope();
    }

    /// <summary>The kernel covers a whole patch, so the convolution is one matrix product.</summary>
    private sealed class PatchEmbedding : nn.Module
    {
        [ComponentName(Name = "proj")] private readonly Kernel _proj;

        public PatchEmbedding(VisionConfig config, ScalarType dtype, Device device) : base(nameof(PatchEmbedding))
        {
            _proj = new Kernel(config, dtype, device);
            RegisterComponents();
        }

        public Tensor Forward(Tensor pixels)
        {
            Tensor weight = _proj.Weight.view(_proj.Weight.shape[0], -1);
            return nn.functional.linear(pixels.to(weight.dtype, weight.device), weight);
        }

        private sealed class Kernel : nn.Module
        {
            public Kernel(VisionConfig config, ScalarType dtype, Device device) : base(nameof(Kernel))
            {
                double bound = 1 / Math.Sqrt(config.PatchLength);
                Weight = new Parameter(empty([config.EmbedDim, config.InChannels, config.TemporalPatchSize, config.PatchSize, config.PatchSize], dtype, device).uniform_(-bound, bound));
                register_parameter("weight", Weight);
            }

            public Parameter Weight { get; }   // [embed, channels, temporal, patch, patch]
        }
    }

    private sealed class PatchMerger : nn.Module
    {
        [ComponentName(Name = "ln_q")] private readonly LayerNorm _norm;
        [ComponentName(Name = "mlp")] private readonly Sequential _mlp;
        private readonly int _width;

        public PatchMerger(VisionConfig config, ScalarType dtype, Device device) : base(nameof(PatchMerger))
        {
            _width = config.EmbedDim * config.SpatialMergeSize * config.SpatialMergeSize;
            _norm = nn.LayerNorm(config.EmbedDim, VisionBlock.NormEps, dtype: dtype, device: device);
            _mlp = nn.Sequential(
                nn.Linear(_width, _width, dtype: dtype, device: device),
                nn.GELU(),
                nn.Linear(_width, config.HiddenSize, dtype: dtype, device: device));
            RegisterComponents();
        }

        public Tensor Forward(Tensor x) => _mlp.forward(_norm.forward(x).view(-1, _width));
    }
}
