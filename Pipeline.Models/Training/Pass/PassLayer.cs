using Pipeline.Models.Layers;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>
/// One decoder layer forward and backward without autograd. Kept between the two: input, heads, attention result, the middle
/// of the layer, gate and up; with norms on query and key heads also the inputs of those norms. The results of the norms and
/// the feed-forward's product are cheap and recomputed.
/// </summary>
internal sealed class PassLayer : IDisposable
{
    private readonly DecoderLayer _layer;
    private readonly PassProjection[] _queryKeyValue;   // one fused, or query, key, value
    private readonly PassProjection[] _gateUp;          // one fused, or gate and up
    private readonly PassProjection _output, _down;
    private readonly IPassKernels _kernels;
    private readonly PassBuffers _buffers;
    private readonly IPassAttention _attention;
    private readonly LayerShape _shape;

    public PassLayer(DecoderLayer layer, int index, LayerShape shape, IPassKernels kernels, IPassProducts products, PassBuffers buffers)
    {
        (_layer, _shape, _kernels, _buffers) = (layer, shape, kernels, buffers);
        _queryKeyValue = [.. layer.Attention.Inputs.Select((p, i) => Projection(p, $"{index}.qkv{i}"))];
        _output = Projection(layer.Attention.Output, $"{index}.o");
        _gateUp = [.. layer.FeedForward.Inputs.Select((p, i) => Projection(p, $"{index}.gate_up{i}"))];
        _down = Projection(layer.FeedForward.Down, $"{index}.down");
        _attention = products.CreateAttention(kernels, shape);
        PassProjection Projection(ProjectionLayer projection, string name) => new(projection, name, kernels, products, buffers);
    }

    /// <summary>Whether any of the layer's linear layers has an adapter.</summary>
    public bool HasAdapter => Projections.Any(p => p.HasAdapter);

    private IEnumerable<PassProjection> Projections => _queryKeyValue.Append(_output).Concat(_gateUp).Append(_down);

    /// <summary>Picks up the adapters' current state; call before every pass.</summary>
    public void Refresh()
    {
        foreach (PassProjection projection in Projections)
            projection.Refresh();
    }

    /// <summary>Computes the layer.</summary>
    /// <param name="x">[T, hidden]</param>
    /// <param name="result">[T, hidden]; must not be <paramref name="x"/>.</param>
    /// <param name="heads">Layout of the heads.</param>
    /// <param name="state">Prefix of the buffers <see cref="Backward"/> reads.</param>
    /// <param name="mask">Dropout of this micro-step.</param>
    /// <param name="isBase">Leaves the adapters out.</param>
    public void Forward(Tensor x, Tensor result, HeadLayout heads, string state, DropoutMask mask, bool isBase = false)
    {
        using DisposeScope scope = NewDisposeScope();
        long rows = x.shape[0];
        Tensor normed = _buffers.Get("normed", x.shape);
        _kernels.Norm(x, _layer.InputNorm.Weight, _layer.InputNorm.Eps, normed);
        Tensor[] parts = QueryKeyValue(rows);
        Tensor[] outputs = _queryKeyValue.Length == 1 ? [parts[0]] : parts[1..];
        Tensor[] projected = Projected(state, outputs);
        for (int i = 0; i < outputs.Length; i++)
            _queryKeyValue[i].Forward(normed, projected[i], false, state, mask, isBase);
        NormHeads(projected, outputs);
        (Tensor q, Tensor k, Tensor v) = Heads(state, heads);
        _kernels.PackHeads(parts[1], parts[2], parts[3], heads, q, k, v);
        Tensor attended = Attended(state, rows, heads);
        _attention.Forward(q, k, v, heads, Lse(state, heads), attended);
        Tensor middle = Middle(state, x.shape);
        middle.copy_(x);
        _output.Forward(attended, middle, true, state, mask, isBase);

        _kernels.Norm(middle, _layer.PostNorm.Weight, _layer.PostNorm.Eps, normed);
        (Tensor fused, Tensor gate, Tensor up) = GateUp(state, rows);
        Tensor[] inputs = _gateUp.Length == 1 ? [fused] : [gate, up];
        for (int i = 0; i < inputs.Length; i++)
            _gateUp[i].Forward(normed, inputs[i], false, state, mask, isBase);
        Tensor act = Act(rows);
        _kernels.Gate(gate, up, act);
        result.copy_(middle);
        _down.Forward(act, result, true, state, mask, isBase);
    }

    /// <summary>Accumulates the adapters' gradients, and turns the gradient of the result into that of the input.</summary>
    /// <param name="x">[T, hidden], as in <see cref="Forward"/>.</param>
    /// <param name="gradient">[T, hidden]; in place.</param>
    /// <param name="heads">As in <see cref="Forward"/>.</param>
    /// <param name="state">As in <see cref="Forward"/>; the buffers are consumed.</param>
    /// <param name="mask">As in <see cref="Forward"/>.</param>
    /// <param name="needsInput">Whether anything below has an adapter; if not, <paramref name="gradient"/> is left unfinished.</param>
    public void Backward(Tensor x, Tensor gradient, HeadLayout heads, string state, DropoutMask mask, bool needsInput)
    {
        using DisposeScope scope = NewDisposeScope();
        long rows = x.shape[0];
        Tensor normed = _buffers.Get("normed", x.shape), dnormed = _buffers.Get("dnormed", x.shape);
        BackwardFeedForward(gradient, normed, dnormed, state, mask);

        Tensor attended = Attended(state, rows, heads), dattended = _buffers.Get("dattended", attended.shape);
        _output.Backward(attended, gradient, dattended, false, state, mask);
        (Tensor q, Tensor k, Tensor v) = Heads(state, heads);
        (Tensor dq, Tensor dk, Tensor dv) = (_buffers.Get("dq", q.shape), _buffers.Get("dk", k.shape), _buffers.Get("dv", v.shape));
        _attention.Backward(dattended, attended, q, k, v, heads, Lse(state, heads), dq, dk, dv);
        Tensor[] parts = QueryKeyValue(rows);
        _kernels.UnpackHeads(dq, dk, dv, heads, parts[1], parts[2], parts[3]);
        Tensor[] outputs = _queryKeyValue.Length == 1 ? [parts[0]] : parts[1..];
        NormHeadsBackward(outputs, Projected(state, outputs));
        _kernels.Norm(x, _layer.InputNorm.Weight, _layer.InputNorm.Eps, normed);
        for (int i = 0; i < outputs.Length; i++)
            _queryKeyValue[i].Backward(normed, outputs[i], needsInput ? dnormed : null, i > 0, state, mask);
        if (needsInput)
            _kernels.NormBackward(dnormed, x, _layer.InputNorm.Weight, _layer.InputNorm.Eps, gradient);
    }

    public void Dispose()
    {
        foreach (PassProjection projection in Projections)
            projection.Dispose();
    }

    private void BackwardFeedForward(Tensor gradient, Tensor normed, Tensor dnormed, string state, DropoutMask mask)
    {
        long rows = gradient.shape[0];
        (Tensor fused, Tensor gate, Tensor up) = GateUp(state, rows);
        Tensor act = Act(rows), dact = _buffers.Get("dact", act.shape);
        _kernels.Gate(gate, up, act);
        _down.Backward(act, gradient, dact, false, state, mask);
        _kernels.GateBackward(gate, up, dact);
        Tensor middle = Middle(state, gradient.shape);
        _kernels.Norm(middle, _layer.PostNorm.Weight, _layer.PostNorm.Eps, normed);
        Tensor[] outputs = _gateUp.Length == 1 ? [fused] : [gate, up];
        for (int i = 0; i < outputs.Length; i++)
            _gateUp[i].Backward(normed, outputs[i], dnormed, i > 0, state, mask);
        _kernels.NormBackward(dnormed, middle, _layer.PostNorm.Weight, _layer.PostNorm.Eps, gradient);
    }

    // The whole buffer, then query, key and value: slices of its columns when one layer produces all three, else separate tensors.
    private Tensor[] QueryKeyValue(long rows)
    {
        long query = _shape.QueryWidth, key = _shape.KeyWidth;
        Tensor all = _buffers.Get("qkv", rows, query + 2 * key);
        if (_queryKeyValue.Length == 1)
            return [all, all.narrow(1, 0, query), all.narrow(1, query, key), all.narrow(1, query + key, key)];
        Tensor flat = all.view(-1);
        return [all, flat.narrow(0, 0, rows * query).view(rows, query), flat.narrow(0, rows * query, rows * key).view(rows, key),
            flat.narrow(0, rows * (query + key), rows * key).view(rows, key)];
    }

    // Where the projections write: with a norm in between, query and key are kept apart from attention's input for the backward pass.
    private Tensor[] Projected(string state, Tensor[] outputs) => _layer.Attention.QueryNorm is null ? outputs
        : [_buffers.Get(state + ".query", outputs[0].shape), _buffers.Get(state + ".key", outputs[1].shape), outputs[2]];

    private void NormHeads(Tensor[] projected, Tensor[] outputs)
    {
        if (_layer.Attention is not { QueryNorm: { } queryNorm, KeyNorm: { } keyNorm })
            return;
        _kernels.Norm(EachHead(projected[0]), queryNorm.Weight, queryNorm.Eps, EachHead(outputs[0]));
        _kernels.Norm(EachHead(projected[1]), keyNorm.Weight, keyNorm.Eps, EachHead(outputs[1]));
    }

    // Turns the gradients of normed queries and keys, in place, into those of the projections' results.
    private void NormHeadsBackward(Tensor[] gradients, Tensor[] projected)
    {
        if (_layer.Attention is not { QueryNorm: { } queryNorm, KeyNorm: { } keyNorm })
            return;
        Back(gradients[0], projected[0], queryNorm);
        Back(gradients[1], projected[1], keyNorm);

        void Back(Tensor gradient, Tensor input, RmsNorm norm)
        {
            Tensor before = _buffers.Get("dhead", gradient.shape).zero_();
            _kernels.NormBackward(EachHead(gradient), EachHead(input), norm.Weight, norm.Eps, EachHead(before));
            gradient.copy_(before);
        }
    }

    // [T, heads × head] → [T × heads, head]
    private Tensor EachHead(Tensor rows) => rows.view(-1, _shape.HeadDim);

    private (Tensor All, Tensor Gate, Tensor Up) GateUp(string state, long rows)
    {
        long width = _shape.IntermediateSize;
        if (_gateUp.Length == 1)
        {
            Tensor all = _buffers.Get(state + ".gate_up", rows, 2 * width);
            return (all, all.narrow(1, 0, width), all.narrow(1, width, width));
        }
        Tensor both = _buffers.Get(state + ".gate_up", 2 * rows, width);
        return (both, both.narrow(0, 0, rows), both.narrow(0, rows, rows));
    }

    private (Tensor Q, Tensor K, Tensor V) Heads(string state, HeadLayout heads)
    {
        long queries = (long)heads.Sequences.PaddedRows * heads.Heads, keys = (long)heads.Sequences.PaddedRows * heads.KvHeads;
        return (_buffers.Get(state + ".q", queries, heads.HeadSize), _buffers.Get(state + ".k", keys, heads.HeadSize),
            _buffers.Get(state + ".v", keys, heads.HeadSize));
    }

    private Tensor Attended(string state, long rows, HeadLayout heads) =>
        _buffers.Get(state + ".attended", rows, (long)heads.Heads * heads.HeadSize);

    private Tensor Lse(string state, HeadLayout heads) =>
        _buffers.GetFloat32(state + ".lse", (long)heads.Sequences.PaddedRows * heads.Heads);

    private Tensor Middle(string state, long[] shape) => _buffers.Get(state + ".middle", shape);

    private Tensor Act(long rows) => _buffers.Get("act", rows, _shape.IntermediateSize);
}
