using Pipeline.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Models.Vision;

/// <summary>
/// Patches in, text-width embeddings out: patch embedding, blocks with two-axis rotary positions, and a merger of squares of
/// patches into one token. New weights are uninitialised. Reference: transformers <c>Qwen2VisionTransformerPretrainedModel</c>.
/// </summary>
internal sealed class VisionTower : nn.Module
{
    private readonly PatchEmbedding _patches;
    private readonly VisionBlock[] _blocks;
    private readonly PatchMerger _merger;
    private readonly VisionConfig _config;

    public VisionTower(VisionConfig config, ScalarType dtype, Device device) : base(nameof(VisionTower))
    {
        _config = config;
        _patches = new PatchEmbedding(config, dtype, device);
        _blocks = [.. Enumerable.Range(0, config.Depth).Select(_ => new VisionBlock(config, dtype, device))];
        _merger = new PatchMerger(config, dtype, device);
        register_module("patch_embed", _patches);
        register_module("blocks", new ModuleGroup([.. _blocks.Select((block, i) => ($"{i}", (nn.Module)block))]));
        register_module("merger", _merger);
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
            throw new ArgumentException(
                $"pixels are [{string.Join(", ", pixels.shape)}]; the grids need [{lengths.Sum()}, {_config.PatchLength}]", nameof(pixels));
        Tensor x = _patches.Forward(pixels);
        (Tensor cos, Tensor sin) = VisionRotary.Tables(grids, _config, x.device);
        foreach (VisionBlock block in _blocks)
            x = block.Forward(x, lengths, cos, sin);
        return _merger.Forward(x).MoveToOuterDisposeScope();
    }

    /// <summary>The kernel covers a whole patch, so the convolution is one matrix product.</summary>
    private sealed class PatchEmbedding : nn.Module
    {
        private readonly Kernel _kernel;

        public PatchEmbedding(VisionConfig config, ScalarType dtype, Device device) : base(nameof(PatchEmbedding))
        {
            _kernel = new Kernel(config, dtype, device);
            register_module("proj", _kernel);
        }

        public Tensor Forward(Tensor pixels)
        {
            Parameter weight = _kernel.Weight;
            return nn.functional.linear(pixels.to(weight.dtype, weight.device), weight.view(weight.shape[0], -1));
        }

        private sealed class Kernel : nn.Module
        {
            public Kernel(VisionConfig config, ScalarType dtype, Device device) : base(nameof(Kernel))
            {
                Weight = new Parameter(empty([config.EmbedDim, VisionConfig.Channels, config.TemporalPatchSize, config.PatchSize,
                    config.PatchSize], dtype, device));
                register_parameter("weight", Weight);
            }

            public Parameter Weight { get; }   // [embed, channels, temporal, patch, patch]

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

    /// <summary>Joins squares of patches. Reference: transformers <c>PatchMerger</c>.</summary>
    private sealed class PatchMerger : nn.Module
    {
        private readonly LayerNorm _norm;
        private readonly ProjectionLayer _up;      // [square * embed, square * embed]
        private readonly ProjectionLayer _down;    // [hidden, square * embed]

        public PatchMerger(VisionConfig config, ScalarType dtype, Device device) : base(nameof(PatchMerger))
        {
            int width = config.EmbedDim * config.SpatialMergeSize * config.SpatialMergeSize;
            _norm = nn.LayerNorm(config.EmbedDim, VisionBlock.NormEps, dtype: dtype, device: device);
            _up = new ProjectionLayer(width, width, true, dtype, device);
            _down = new ProjectionLayer(width, config.HiddenSize, true, dtype, device);
            register_module("ln_q", _norm);
            register_module("mlp", new ModuleGroup(("0", _up), ("2", _down)));   // 1 is the activation
        }

        public Tensor Forward(Tensor x) =>
            _down.forward(nn.functional.gelu(_up.forward(_norm.forward(x).view(-1, _up.InFeatures))));

        // Everything is registered under the hub's names; TorchSharp would add the fields under theirs when the mode changes.
        protected override void RegisterComponents()
        {
        }
    }

    /// <summary>An intermediate level in the hub's weight names.</summary>
    private sealed class ModuleGroup : nn.Module
    {
        public ModuleGroup(params (string Name, nn.Module Module)[] children) : base(nameof(ModuleGroup))
        {
            foreach ((string name, nn.Module module) in children)
                register_module(name, module);
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
