using Pipeline.Models.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers.Steps;

/// <summary>
/// All layers of a decoder for one new token per row, as in each step of decoding on the CPU: in float32, over memory that is
/// kept between steps, without a tensor per operation. A row's result is the same bits whatever other rows are in the batch.
/// Not for concurrent use.
/// </summary>
internal sealed unsafe class DecodingStep : IDisposable
{
    private readonly LayerShape _shape;
    private readonly ScalarType _dtype;
    private readonly bool _isOnCpu;
    private readonly IReadOnlyList<DecoderLayer> _layers;
    private readonly RmsNorm _norm;
    private readonly Action<long, long> _attend;
    private StepBuffers? _buffers;      // made by the first step
    private KvMemory _cached;
    private long[] _starts = [];        // first key of each row
    private long _total;                // keys, the new ones included
    private nint _cos, _sin;
    private long _rotaryStride, _half;

    /// <param name="shape">What the layers compute.</param>
    /// <param name="dtype">Type of the model.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="layers">All layers; not owned.</param>
    /// <param name="norm">The norm after them; not owned.</param>
    public DecodingStep(LayerShape shape, ScalarType dtype, Device device, IReadOnlyList<DecoderLayer> layers, RmsNorm norm)
    {
        (_shape, _dtype, _isOnCpu, _layers, _norm) = (shape, dtype, device.type == DeviceType.CPU, layers, norm);
        _attend = Attend;
    }

    /// <summary>Computes one step, if it is of a kind that this serves.</summary>
    /// <param name="x">[batch, 1, hidden], embeddings.</param>
    /// <param name="cos">[batch or 1, 1, 1, dims / 2]</param>
    /// <param name="sin">[batch or 1, 1, 1, dims / 2]</param>
    /// <param name="padding">[batch, past + 1], 0 for padding on the left and 1 for tokens; or null.</param>
    /// <param name="cache">Earlier positions, extended and advanced by this call.</param>
    /// <returns>[batch, 1, hidden] after the final norm; null when this step has to be computed otherwise.</returns>
    public Tensor? Run(Tensor x, Tensor cos, Tensor sin, Tensor? padding, KvCache cache)
    {
        if (!_isOnCpu || is_grad_enabled() || _dtype is not (ScalarType.Float32 or ScalarType.BFloat16)
            || padding is not null && padding.dim() != 2 || !_layers.All(Serves))
            return null;
        long rows = x.shape[0];
        _total = cache.Length + 1;
        if (!FindStarts(rows, padding))
            return null;
        (_half, _rotaryStride) = (cos.shape[^1], cos.shape[0] == 1 ? 0 : cos.shape[^1]);
        using DisposeScope scope = NewDisposeScope();
        (Tensor flatCos, Tensor flatSin) = (cos.contiguous(), sin.contiguous());
        (_cos, _sin) = (TensorMemory.Start(flatCos), TensorMemory.Start(flatSin));
        StepBuffers buffers = _buffers ??= new StepBuffers(_shape);
        buffers.Resize(rows);
        buffers.Hidden.Tensor.copy_(x);
        for (int layer = 0; layer < _layers.Count; layer++)
            Run(buffers, layer, rows, cache);
        cache.Advance(1);
        NormRows(_norm, buffers.Hidden, buffers.Normed, rows);
        Tensor result = buffers.Normed.Tensor.to(_dtype, copy: true);
        GC.KeepAlive(flatCos);
        GC.KeepAlive(flatSin);
        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _buffers?.Dispose();

    private static bool Serves(DecoderLayer layer)
    {
        foreach (ProjectionLayer projection in layer.Attention.Inputs)
        {
            if (!StepProduct.Serves(projection))
                return false;
        }
        foreach (ProjectionLayer projection in layer.FeedForward.Inputs)
        {
            if (!StepProduct.Serves(projection))
                return false;
        }
        return StepProduct.Serves(layer.Attention.Output) && StepProduct.Serves(layer.FeedForward.Down);
    }

    // Where each row's own keys begin; false when padding is somewhere else than on the left.
    private bool FindStarts(long rows, Tensor? padding)
    {
        if (_starts.Length != rows)
            _starts = new long[rows];
        Array.Clear(_starts);
        if (padding is not null)
        {
            using Tensor mask = padding.to(ScalarType.Int64).contiguous();
            long* marks = (long*)TensorMemory.Start(mask);
            for (long row = 0; row < rows; row++, marks += _total)
            {
                long first = 0;
                while (first < _total && marks[first] == 0)
                    first++;
                for (long i = first; i < _total; i++)
                {
                    if (marks[i] == 0)
                        return false;
                }
                if (first == _total)
                    return false;
                _starts[row] = first;
            }
            GC.KeepAlive(mask);
        }
        if (_shape.SlidingWindow is { } window)
        {
            for (long row = 0; row < rows; row++)
                _starts[row] = Math.Max(_starts[row], _total - window);
        }
        return true;
    }

    private void Run(StepBuffers buffers, int layer, long rows, KvCache cache)
    {
        Attention attention = _layers[layer].Attention;
        NormRows(_layers[layer].InputNorm, buffers.Hidden, buffers.Normed, rows);
        buffers.Product.Run(attention.Inputs, buffers.Normed, buffers.AttentionInputs, rows);
        _cached = cache.Extend(layer, rows, _shape.NumKeyValueHeads, 1, _shape.HeadDim, _dtype);
        PlaceHeads(attention, buffers, rows);
        KernelThreads.For(rows * _shape.NumKeyValueHeads, 2 * _shape.HeadDim * _total, _attend);
        buffers.Product.Run(buffers.OfOne(attention.Output), buffers.Attended, buffers.Outputs, rows);
        AddRows(buffers, rows);

        FeedForward feedForward = _layers[layer].FeedForward;
        NormRows(_layers[layer].PostNorm, buffers.Hidden, buffers.Normed, rows);
        buffers.Product.Run(feedForward.Inputs, buffers.Normed, buffers.FeedForwardInputs, rows);
        for (long row = 0; row < rows; row++)
        {
            float* gate = buffers.FeedForwardInputs[0].Row(row);
            float* up = buffers.FeedForwardInputs.Count == 2 ? buffers.FeedForwardInputs[1].Row(row) : gate + _shape.IntermediateSize;
            StepElementwise.Gate(gate, up, _shape.IntermediateSize, buffers.Gated.Row(row));
        }
        buffers.Product.Run(buffers.OfOne(feedForward.Down), buffers.Gated, buffers.Outputs, rows);
        AddRows(buffers, rows);
    }

    private static void AddRows(StepBuffers buffers, long rows)
    {
        for (long row = 0; row < rows; row++)
            StepElementwise.Add(buffers.Hidden.Row(row), buffers.Outputs[0].Row(row), buffers.Hidden.Width);
    }

    private static void NormRows(RmsNorm norm, StepBuffer x, StepBuffer y, long rows)
    {
        for (long row = 0; row < rows; row++)
            Norm(norm, x.Row(row), y.Row(row), x.Width);
    }

    private static void Norm(RmsNorm norm, float* x, float* y, long width)
    {
        byte* weight = (byte*)TensorMemory.Start(norm.Weight);
        if (norm.Weight.dtype == ScalarType.BFloat16)
            StepElementwise.Norm<BFloat16Element>(x, weight, norm.Eps, width, y);
        else
            StepElementwise.Norm<Float32Element>(x, weight, norm.Eps, width, y);
    }

    // Norms and rotates query and key heads, and puts keys and values into the cache.
    private void PlaceHeads(Attention attention, StepBuffers buffers, long rows)
    {
        for (long row = 0; row < rows; row++)
        {
            for (int head = 0; head < _shape.NumAttentionHeads; head++)
                Turn(attention.QueryNorm, buffers.Query(row) + head * _shape.HeadDim, row);
            for (int head = 0; head < _shape.NumKeyValueHeads; head++)
            {
                float* key = buffers.Key(row) + head * _shape.HeadDim;
                Turn(attention.KeyNorm, key, row);
                long place = _cached.Place(row, head, _total - 1);
                Keep(key, _cached.Keys, place);
                Keep(buffers.Value(row) + head * _shape.HeadDim, _cached.Values, place);
            }
        }
    }

    private void Turn(RmsNorm? norm, float* head, long row)
    {
        if (norm is not null)
            Norm(norm, head, head, _shape.HeadDim);
        long from = row * _rotaryStride;
        if (_dtype == ScalarType.BFloat16)
            StepElementwise.Rotate<BFloat16Element>(head, (byte*)_cos + from * 2, (byte*)_sin + from * 2, _half);
        else
            StepElementwise.Rotate<Float32Element>(head, (byte*)_cos + from * 4, (byte*)_sin + from * 4, _half);
    }

    private void Keep(float* head, nint target, long place)
    {
        for (int i = 0; i < _shape.HeadDim; i++)
        {
            if (_dtype == ScalarType.BFloat16)
                BFloat16Element.StoreOne((byte*)target, place + i, head[i]);
            else
                Float32Element.StoreOne((byte*)target, place + i, head[i]);
        }
    }

    // Pairs of row and key head.
    private void Attend(long first, long end)
    {
        if (_dtype == ScalarType.BFloat16)
            Attend<BFloat16Element>(first, end);
        else
            Attend<Float32Element>(first, end);
    }

    private void Attend<T>(long first, long end) where T : struct, IElement
    {
        int group = _shape.NumAttentionHeads / _shape.NumKeyValueHeads, size = _shape.HeadDim;
        for (long pair = first; pair < end; pair++)
        {
            long row = pair / _shape.NumKeyValueHeads, head = pair % _shape.NumKeyValueHeads;
            long place = _cached.Place(row, head, _starts[row]), offset = head * group * size;
            StepAttention<T>.Run(_buffers!.Query(row) + offset, group, (byte*)_cached.Keys + place * T.Size,
                (byte*)_cached.Values + place * T.Size, _total - _starts[row], size, _buffers.Attended.Row(row) + offset);
        }
    }
}
