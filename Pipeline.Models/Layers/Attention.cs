using Pipeline.Models.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>
/// Grouped-query self-attention with rotary positions; fused (<c>qkv_proj</c>) or split (<c>q_proj</c>, <c>k_proj</c>,
/// <c>v_proj</c>) projections, with or without a norm on each query and key head. Reference: transformers <c>Phi3Attention</c>,
/// <c>LlamaAttention</c>, <c>Qwen2Attention</c>, <c>Qwen3Attention</c>.
/// </summary>
internal sealed class Attention : nn.Module
{
    private readonly ProjectionLayer[] _inputs;     // one fused, or query, key, value
    private readonly ProjectionLayer _output;       // [hidden, heads * head]
    private readonly RmsNorm? _queryNorm;           // of each head; null in families without
    private readonly RmsNorm? _keyNorm;
    private readonly int _layer;
    private readonly int _heads;
    private readonly int _kvHeads;
    private readonly int _headSize;

    public Attention(LayerShape shape, int layer, ScalarType dtype, Device device, BaseQuantization? quantization) : base(nameof(Attention))
    {
        (_layer, _heads, _kvHeads, _headSize) = (layer, shape.NumAttentionHeads, shape.NumKeyValueHeads, shape.HeadDim);
        ProjectionLayer[] projections = [.. shape.AttentionProjections.Select(p =>
        {
            ProjectionLayer projection = new(p.InFeatures, p.OutFeatures, p.HasBias, dtype, device, quantization);
            register_module(p.Name, projection);
            return projection;
        })];
        (_inputs, _output) = (projections[..^1], projections[^1]);
        if (!shape.QueryKeyNorm)
            return;
        _queryNorm = new RmsNorm(_headSize, shape.RmsNormEps, dtype, device);
        _keyNorm = new RmsNorm(_headSize, shape.RmsNormEps, dtype, device);
        register_module("q_norm", _queryNorm);
        register_module("k_norm", _keyNorm);
    }

    /// <summary>One fused projection, or query, key, value.</summary>
    public IReadOnlyList<ProjectionLayer> Inputs => _inputs;

    /// <summary>[hidden, heads × head]</summary>
    public ProjectionLayer Output => _output;

    /// <summary>Norm of each query head before it is rotated, or null; set together with <see cref="KeyNorm"/> or not at all.</summary>
    public RmsNorm? QueryNorm => _queryNorm;

    /// <summary>Norm of each key head before it is rotated, or null.</summary>
    public RmsNorm? KeyNorm => _keyNorm;

    /// <param name="x">[batch, seq, hidden]</param>
    /// <param name="cos">[batch or 1, 1, seq, dims / 2]</param>
    /// <param name="sin">[batch or 1, 1, seq, dims / 2]</param>
    /// <param name="mask">Keys each query may see.</param>
    /// <param name="cache">Earlier keys and values, extended by this call; or null.</param>
    /// <returns>[batch, seq, hidden]</returns>
    public Tensor Forward(Tensor x, Tensor cos, Tensor sin, AttentionMask mask, KvCache? cache)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor query, Tensor key, Tensor value) = Project(x);
        query = RotaryEmbedding.Apply(query, cos, sin);
        key = RotaryEmbedding.Apply(key, cos, sin);
        if (cache is not null)
            (key, value) = cache.Append(_layer, key, value);
        return _output.forward(Attend(query, key, value, mask)).MoveToOuterDisposeScope();
    }

    /// <summary>Softmax attention. Query heads of a group read the same keys and values, without copies where the kernel allows.</summary>
    /// <param name="query">[batch, heads, seq, head]</param>
    /// <param name="key">[batch, kv_heads, total, head]</param>
    /// <param name="value">[batch, kv_heads, total, head]</param>
    /// <param name="mask">Keys each query may see.</param>
    /// <returns>[batch, seq, heads * head]</returns>
    private Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask)
    {
        long batch = query.shape[0], seq = query.shape[2], total = key.shape[2], groups = _heads / _kvHeads;
        Tensor attended;
        if (seq == 1)
        {
            // One token: the heads of a group are rows of one query. Keys outside its window are not even read.
            if (mask.LastKeys is { } seen)
                (key, value) = (key.narrow(2, total - seen, seen), value.narrow(2, total - seen, seen));
            attended = Softmax(query.reshape(batch, _kvHeads, groups, _headSize), key, value, mask);
        }
        else if (groups > 1 && mask.Added is null)
        {
            // Batch and key head become one dimension, so that the group fits into the four that the kernel takes.
            Tensor Shared(Tensor x) => x.reshape(batch * _kvHeads, 1, total, _headSize).expand(batch * _kvHeads, groups, total, _headSize);
            attended = Softmax(query.reshape(batch * _kvHeads, groups, seq, _headSize), Shared(key), Shared(value), mask);
        }
        else
        {
            attended = Softmax(query, Repeat(key), Repeat(value), mask);
        }
        return attended.reshape(batch, _heads, seq, _headSize).transpose(1, 2).reshape(batch, seq, (long)_heads * _headSize);
    }

    private static Tensor Softmax(Tensor query, Tensor key, Tensor value, AttentionMask mask) =>
        nn.functional.scaled_dot_product_attention(query, key, value, mask.Added, is_casual: mask.IsCausal);

    private (Tensor Query, Tensor Key, Tensor Value) Project(Tensor x)
    {
        if (_inputs.Length == 3)
        {
            return (Split(_inputs[0].forward(x), _heads, _queryNorm), Split(_inputs[1].forward(x), _kvHeads, _keyNorm),
                Split(_inputs[2].forward(x), _kvHeads, null));
        }
        Tensor fused = _inputs[0].forward(x);
        long querySize = (long)_heads * _headSize;
        long keySize = (long)_kvHeads * _headSize;
        return (Split(fused.narrow(-1, 0, querySize), _heads, _queryNorm),
            Split(fused.narrow(-1, querySize, keySize), _kvHeads, _keyNorm),
            Split(fused.narrow(-1, querySize + keySize, keySize), _kvHeads, null));
    }

    // [batch, seq, heads * head] → [batch, heads, seq, head]
    private Tensor Split(Tensor projected, int heads, RmsNorm? norm)
    {
        Tensor split = projected.view(projected.shape[0], projected.shape[1], heads, _headSize);
        return (norm is null ? split : norm.forward(split)).transpose(1, 2);
    }

    // Each key head serves a group of query heads.
    private Tensor Repeat(Tensor x)
    {
        if (_heads == _kvHeads)
            return x;
        long batch = x.shape[0], seq = x.shape[2];
        return x.unsqueeze(2).expand(batch, _kvHeads, _heads / _kvHeads, seq, _headSize).reshape(batch, _heads, seq, _headSize);
    }

    /// <summary>
    /// Does nothing: everything is registered under the hub's names; TorchSharp would add the fields under theirs on a mode
    /// change.
    /// </summary>
    protected override void RegisterComponents()
    {
    }
}
