using Pipeline.Models.Layers;
using Pipeline.Models.Quantization;
using Pipeline.Models.Quantization.Blocks;
using Pipeline.Models.Runtime.Products;
using Pipeline.Models.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Models.Families;

/// <summary>
/// Decoder-only language model of any registered family (<see cref="ModelFamilies"/>), or the text part of one with vision.
/// Parameter names equal the hub's. New weights are uninitialised: load a checkpoint or call <see cref="InitializeWeights"/>.
/// </summary>
public sealed class DecoderModel : nn.Module
{
    private readonly DecoderLayer[] _layers;
    private readonly RmsNorm _norm;
    private readonly Parameter _embedding;              // [vocab, hidden]
    private readonly ProjectionLayer? _head;            // [vocab, hidden], null when tied to the embedding
    private readonly RotaryEmbedding _rotary;
    private readonly BaseQuantization? _quantization;
    private readonly BaseQuantization? _endsQuantization;   // of embedding and head, where they are stored in blocks
    private readonly ProjectionLayer? _storedEmbedding;     // [vocab, hidden]; the embedding, and the head where both are one

    /// <summary>Allocates the model.</summary>
    /// <param name="config">Shape and family.</param>
    /// <param name="dtype">Type of all weights and of the computation.</param>
    /// <param name="device">Where; <c>meta</c> allocates nothing.</param>
    /// <param name="quantizationBits">
    /// 8 or 4 to store the linear layers inside the decoder layers in that many bits, frozen; null for none.
    /// </param>
    /// <param name="storage">The form of these bits.</param>
    /// <exception cref="InputException">Another number of bits.</exception>
    public DecoderModel(DecoderConfig config, ScalarType dtype, Device device, int? quantizationBits = null,
        QuantizedStorage storage = QuantizedStorage.Trainable) : base(nameof(DecoderModel))
    {
        _quantization = quantizationBits is { } bits ? new BaseQuantization(bits, device, storage) : null;
        if (_quantization?.Storage == QuantizedStorage.Blocks)
        {
            _endsQuantization = new BaseQuantization(8, device, QuantizedStorage.Blocks);
            _storedEmbedding = new ProjectionLayer(config.HiddenSize, config.VocabSize, false, dtype, device, _endsQuantization);
        }
        Config = config;
        DType = dtype;
        Device = device;
        _rotary = new RotaryEmbedding(config.Rope, device);
        _embedding = new Parameter(empty(config.VocabSize, config.HiddenSize, dtype: dtype,
            device: _storedEmbedding is null ? device : META), _storedEmbedding is null);
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => new DecoderLayer(config, i, dtype, device, _quantization))];
        _norm = new RmsNorm(config.HiddenSize, config.RmsNormEps, dtype, device);
        register_module("model", new Container(("embed_tokens", new Container(_embedding)),
            ("layers", new Container([.. _layers.Select((l, i) => ($"{i}", (nn.Module)l))])), ("norm", _norm)));
        if (!config.TieWordEmbeddings)
        {
            _head = new ProjectionLayer(config.HiddenSize, config.VocabSize, false, dtype, device, _endsQuantization);
            register_module("lm_head", _head);
        }
    }

    /// <summary>Shape and family.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Type of the weights.</summary>
    public ScalarType DType { get; }

    /// <summary>Device of the weights.</summary>
    public Device Device { get; }

    /// <summary>
    /// Every linear layer inside the decoder layers by its full name, e.g. <c>model.layers.0.self_attn.qkv_proj</c>, in order.
    /// </summary>
    public IEnumerable<(string Name, ProjectionLayer Layer)> Projections() =>
        named_modules().Where(m => m.module is ProjectionLayer && m.name.StartsWith("model.layers.", StringComparison.Ordinal))
            .Select(m => (m.name, (ProjectionLayer)m.module))
            .DistinctBy(m => m.Item2); // TorchSharp lists a layer again under the name of its field, after the hub's

    internal IReadOnlyList<DecoderLayer> Layers => _layers;

    internal RmsNorm FinalNorm => _norm;

    /// <summary>[vocab, hidden]</summary>
    /// <exception cref="InvalidOperationException">It is stored in blocks; only forward passes can read it.</exception>
    internal Parameter EmbeddingWeight => _storedEmbedding?.Weight ?? _embedding;

    /// <summary>[vocab, hidden]; the embedding where both are one.</summary>
    internal Parameter HeadWeight => _head?.Weight ?? EmbeddingWeight;

    /// <summary>The same as blocks; null where it is stored in full.</summary>
    internal BlockWeight? EmbeddingBlocks => (BlockWeight?)_storedEmbedding?.Quantized;

    /// <summary>The same as blocks; null where it is stored in full.</summary>
    internal BlockWeight? HeadBlocks => _storedEmbedding is null ? null : (BlockWeight)(_head ?? _storedEmbedding).Quantized;

    internal RotaryEmbedding Rotary => _rotary;

    /// <summary>Bits in which the linear layers inside the decoder layers are stored; null when not quantized.</summary>
    public int? QuantizationBits => _quantization?.Bits;

    /// <summary>All weights by hub name; for quantized ones only name, shape and type.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Weights() =>
        named_parameters().Select(p => new KeyValuePair<string, Tensor>(p.name, p.parameter));

    /// <summary>Fills all weights from a checkpoint, strictly.</summary>
    /// <param name="checkpoint">Weights under the hub's names.</param>
    /// <exception cref="InputException">Names or shapes differ.</exception>
    public void LoadWeights(SafetensorsCheckpoint checkpoint) => WeightLoader.Load(Weights(), checkpoint, Accept, QuantizedTargets());

    /// <summary>Where the stored weights of quantized layers go, by hub name.</summary>
    internal IReadOnlyDictionary<string, Action<Tensor>> QuantizedTargets()
    {
        IEnumerable<(string Name, ProjectionLayer? Layer)> layers =
            [.. Projections(), ("model.embed_tokens", _storedEmbedding), ("lm_head", _head)];
        return layers.Where(l => l.Layer?.IsQuantized == true)
            .ToDictionary(l => l.Name + ".weight", l => (Action<Tensor>)l.Layer!.Quantize, StringComparer.Ordinal);
    }

    // Maps a stored name to a weight of this model: null for what some exports store although it can be derived (a tied head,
    // rotary frequencies).
    private string? Accept(string storedName) =>
        (Config.TieWordEmbeddings && storedName == "lm_head.weight")
        || storedName.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
            ? null : storedName;

    /// <summary>A fresh cache that fits this model.</summary>
    public KvCache CreateCache() => new(Config.NumHiddenLayers);

    /// <summary>Token embeddings: [batch, seq] int64 → [batch, seq, hidden].</summary>
    public Tensor Embed(Tensor inputIds)
    {
        if (EmbeddingBlocks is { } blocks)
            return BlockEmbedding.Rows(blocks, inputIds, DType);
        using Tensor flat = inputIds.reshape(-1);
        using Tensor rows = _embedding.index_select(0, flat);
        return rows.view(inputIds.shape[0], inputIds.shape[1], Config.HiddenSize);
    }

    /// <summary>Hidden states after the final norm. Positions follow the attention mask, so left padding does not count.</summary>
    /// <param name="inputIds">[batch, seq] int64; with a cache only the new tokens.</param>
    /// <param name="attentionMask">[batch, past + seq] int64, 1 for tokens and 0 for padding; or null without padding.</param>
    /// <param name="cache">Earlier positions, extended by this call; or null.</param>
    /// <returns>[batch, seq, hidden]</returns>
    /// <remarks>
    /// When longrope's factors change with this call, the cached states of all earlier tokens become invalid: they are
    /// recomputed from the remembered ids, so that a cached continuation equals a full recomputation.
    /// </remarks>
    public Tensor Forward(Tensor inputIds, Tensor? attentionMask = null, KvCache? cache = null)
    {
        using DisposeScope scope = NewDisposeScope();
        long seq = inputIds.shape[1];
        Tensor ids = inputIds;
        if (cache is not null && _rotary.DependsOnLength)
        {
            bool useLong = _rotary.UsesLong(TotalLength(cache.Length + seq, attentionMask));
            if (cache.Length > 0 && cache.UsesLong != useLong)
            {
                ids = cat([cache.InputIds!, inputIds], 1);
                cache.Reset();
            }
            cache.UsesLong = useLong;
            cache.Remember(ids);
        }
        long past = cache?.Length ?? 0;
        Tensor embeddings = Embed(ids);
        Tensor hidden;
        if (attentionMask is null)
        {
            bool useLong = _rotary.UsesLong(past + ids.shape[1]);
            hidden = Run(embeddings, _rotary.Consecutive(past, ids.shape[1], useLong, DType), null, cache);
        }
        else
        {
            // Padding gets position 0; it is masked anyway.
            Tensor positions = (attentionMask.to(ScalarType.Int64).cumsum(-1) - 1).clamp_min_(0).narrow(-1, past, ids.shape[1]);
            hidden = ForwardEmbeddings(embeddings, positions, attentionMask, cache);
        }
        if (ids.shape[1] != seq)
            hidden = hidden.narrow(1, ids.shape[1] - seq, seq);
        return hidden.MoveToOuterDisposeScope();
    }

    /// <summary>Hidden states from embeddings with explicit positions (images, packed sequences).</summary>
    /// <param name="inputEmbeds">[batch, seq, hidden]</param>
    /// <param name="positionIds">[batch, seq], or [3, batch, seq] for mrope; int64.</param>
    /// <param name="attentionMask">[batch, past + seq] of 1 and 0, or boolean [batch, 1, seq, past + seq] used as is, or null.</param>
    /// <param name="cache">Earlier positions, extended by this call; or null.</param>
    /// <returns>[batch, seq, hidden], after the final norm.</returns>
    public Tensor ForwardEmbeddings(Tensor inputEmbeds, Tensor positionIds, Tensor? attentionMask = null, KvCache? cache = null)
    {
        using DisposeScope scope = NewDisposeScope();
        long length = positionIds.max().item<long>() + 1;
        (Tensor, Tensor) rotary = _rotary.At(positionIds, length, _rotary.UsesLong(length), DType);
        return Run(inputEmbeds, rotary, attentionMask, cache).MoveToOuterDisposeScope();
    }

    /// <summary>Scores of the next token: [..., hidden] → [..., vocab], float32.</summary>
    public Tensor Logits(Tensor hidden)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = (_head ?? _storedEmbedding) is { } head ? head.forward(hidden) : FastLinear.Apply(hidden, _embedding, null);
        return logits.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Fills all weights for training from scratch: normal with <c>initializer_range</c>, norms 1, biases 0.</summary>
    /// <param name="generator">Source of randomness, on this model's device.</param>
    public void InitializeWeights(Generator generator)
    {
        using IDisposable noGrad = no_grad();
        IReadOnlyDictionary<string, Action<Tensor>> quantized = QuantizedTargets();
        foreach ((string name, Parameter parameter) in named_parameters())
        {
            if (quantized.TryGetValue(name, out Action<Tensor>? quantize))
            {
                using Tensor dense = empty(parameter.shape, dtype: DType, device: Device);
                quantize(dense.normal_(0, Config.InitializerRange, generator));
            }
            else if (name.EndsWith("norm.weight", StringComparison.Ordinal))
                parameter.fill_(1);
            else if (name.EndsWith(".bias", StringComparison.Ordinal))
                parameter.zero_();
            else
                parameter.normal_(0, Config.InitializerRange, generator);
        }
    }

    private static long TotalLength(long length, Tensor? attentionMask)
    {
        if (attentionMask is null)
            return length;
        using Tensor longest = attentionMask.sum(-1).max();
        return longest.item<long>();
    }

    private Tensor Run(Tensor inputEmbeds, (Tensor Cos, Tensor Sin) rotary, Tensor? attentionMask, KvCache? cache)
    {
        using DisposeScope scope = NewDisposeScope();
        long seq = inputEmbeds.shape[1];
        AttentionMask mask = AttentionMask.Create(seq, cache?.Length ?? 0, attentionMask, Config.SlidingWindow, DType, Device);
        Tensor x = inputEmbeds;
        foreach (DecoderLayer layer in _layers)
        {
            Tensor next = layer.Forward(x, rotary.Cos, rotary.Sin, mask, cache);
            if (!ReferenceEquals(x, inputEmbeds))
                x.Dispose();
            x = next;
        }
        cache?.Advance(seq);
        return _norm.forward(x).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _quantization?.Dispose();
            _endsQuantization?.Dispose();
            _storedEmbedding?.Dispose();
        }
        base.Dispose(disposing);
    }

    // Gives parameters and layers the hub's nested names without extra code.
    private sealed class Container : nn.Module
    {
        public Container(Parameter weight) : base(nameof(Container)) => register_parameter("weight", weight);

        public Container(params (string Name, nn.Module Module)[] children) : base(nameof(Container))
        {
            foreach ((string name, nn.Module module) in children)
                register_module(name, module);
        }
    }

    /// <summary>
    /// Does nothing: everything is registered under the hub's names; TorchSharp would add the fields under theirs on a mode
    /// change.
    /// </summary>
    protected override void RegisterComponents()
    {
    }
}
