using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using Pipeline.Models.Quantization;
using Pipeline.Models.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Models.Vision;

/// <summary>
/// Qwen2-VL: a vision tower whose tokens replace the image tokens in a Qwen2 decoder with three-axis positions.
/// Parameter names match the hub's (<c>visual.…</c>, <c>model.…</c>, <c>lm_head.weight</c>). Supports inference and, as
/// every operation is differentiable, training all weights:
/// <code>
/// var model = new Qwen2VlModel(config, ScalarType.Float32, device);
/// model.InitializeWeights(generator);
/// using VisionTextBatch batch = VisionTextBatch.Create(sequences, config, device);
/// Tensor logits = model.Forward(batch, places);        // places: b * batch.Length + t, predicting token t + 1
/// nn.functional.cross_entropy(logits, nextTokens).backward();
/// </code>
/// Batches whose images are all the same size are fastest: their attention is one operation.
/// </summary>
public sealed class Qwen2VlModel : nn.Module
{
    private readonly VisionTower _vision;

    /// <summary>Allocates the model with uninitialised weights: load a checkpoint or call <see cref="InitializeWeights"/>.</summary>
    /// <param name="config">Shape.</param>
    /// <param name="dtype">Type of all weights and of the computation.</param>
    /// <param name="device">Target device; <c>meta</c> allocates nothing.</param>
    /// <param name="quantizationBits">8 or 4 to store the language model's linear layers in that many bits, frozen; null for none.</param>
    /// <exception cref="InputException">Any other number of bits.</exception>
    /// <param name="storage">The form of these bits.</param>
    public Qwen2VlModel(Qwen2VlConfig config, ScalarType dtype, Device device, int? quantizationBits = null,
        QuantizedStorage storage = QuantizedStorage.Trainable) : base(nameof(Qwen2VlModel))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Text = new DecoderModel(config.Text, dtype, device, quantizationBits, storage);
        _vision = new VisionTower(config.Vision, dtype, device);
        register_module("visual", _vision);
        // In the hub's names, the decoder's parts are directly under the root.
        foreach ((string name, nn.Module module) in Text.named_children())
            register_module(name, module);
    }

    /// <summary>Shape.</summary>
    public Qwen2VlConfig Config { get; }

    /// <summary>The language model.</summary>
    public DecoderModel Text { get; }

    /// <summary>Reads configuration and weights of a model folder.</summary>
    /// <param name="folder">Hub folder.</param>
    /// <param name="dtype">Type of all weights and of the computation.</param>
    /// <param name="device">Target device.</param>
    /// <param name="quantizationBits">8 or 4 to store the language model's linear layers in that many bits, frozen; null for none.</param>
    /// <param name="storage">The form of these bits.</param>
    /// <exception cref="InputException">Something is missing or does not fit; the message names it.</exception>
    public static Qwen2VlModel Load(string folder, ScalarType dtype, Device device, int? quantizationBits = null,
        QuantizedStorage storage = QuantizedStorage.Trainable)
    {
        Qwen2VlConfig config = Qwen2VlConfig.Load(folder);
        using SafetensorsCheckpoint weights = SafetensorsCheckpoint.Open(folder);
        Qwen2VlModel model = new(config, dtype, device, quantizationBits, storage);
        try
        {
            // Checkpoints of tied models may repeat the embedding as the head.
            WeightLoader.Load(model.named_parameters().Select(p => KeyValuePair.Create(p.name, (Tensor)p.parameter)), weights,
                name => config.Text.TieWordEmbeddings && name == "lm_head.weight" ? null : name, model.Text.QuantizedTargets());
            model.eval();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Image tokens: [patches, patch length] → [tokens, hidden].</summary>
    /// <param name="pixels">Patches of all images, one image after the other.</param>
    /// <param name="grids">Patches of each image.</param>
    public Tensor EmbedImages(Tensor pixels, IReadOnlyList<PatchGrid> grids) => _vision.Forward(pixels, grids);

    /// <summary>Hidden states after the final norm.</summary>
    /// <param name="batch">Text and images.</param>
    /// <param name="cache">Filled by this call, to continue decoding; or null.</param>
    /// <returns>[batch, seq, hidden]</returns>
    public Tensor ForwardHidden(VisionTextBatch batch, KvCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using DisposeScope scope = NewDisposeScope();
        Tensor embeddings = Text.Embed(batch.InputIds);
        if (batch.Pixels is not null)
        {
            Tensor images = EmbedImages(batch.Pixels, batch.Grids);
            embeddings = embeddings.view(-1, Config.Text.HiddenSize).index_copy(0, batch.ImageRows!, images).view(embeddings.shape);
        }
        return Text.ForwardEmbeddings(embeddings, batch.PositionIds, batch.AttentionMask, cache).MoveToOuterDisposeScope();
    }

    /// <summary>Scores of the token that follows each given position; only those rows go through the output head.</summary>
    /// <param name="batch">Text and images.</param>
    /// <param name="places">[n] int64: sequence × <see cref="VisionTextBatch.Length"/> + index; null for all positions.</param>
    /// <returns>[n, vocab] float32</returns>
    public Tensor Forward(VisionTextBatch batch, Tensor? places = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = ForwardHidden(batch).view(-1, Config.Text.HiddenSize);
        return Text.Logits(places is null ? hidden : hidden.index_select(0, places)).MoveToOuterDisposeScope();
    }

    /// <summary>Fills all weights for training from scratch: normal with <c>initializer_range</c>, norms 1, biases 0.</summary>
    /// <param name="generator">Source of randomness, on this model's device.</param>
    public void InitializeWeights(Generator generator)
    {
        Text.InitializeWeights(generator);
        using IDisposable noGrad = no_grad();
        foreach ((string name, Parameter parameter) in _vision.named_parameters())
        {
            if (name.EndsWith(".bias", StringComparison.Ordinal))
                parameter.zero_();
            else if (parameter.dim() == 1)
                parameter.fill_(1);
            else
                parameter.normal_(0, Config.Text.InitializerRange, generator);
        }
    }

    /// <summary>No-op: hub names are registered already. TorchSharp would add the fields' own names when the mode changes.</summary>
    protected override void RegisterComponents()
    {
    }
}
