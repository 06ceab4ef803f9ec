using System.Globalization;
using Pipeline.Models.Families;
using Pipeline.Models.Runtime;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>
/// Loss and gradients of the adapter on a frozen decoder, written by hand: no graph, no padding, no full logit matrix,
/// and the same memory for every batch. Not thread-safe; one pass per model at a time.
/// </summary>
internal sealed class TrainingPass : IDisposable
{
    private const long LogitBytesAtOnce = 64 << 20;
    private const long FewestLogitRows = 256;       // below this, the product is bound by reading the head's weights

    private readonly DecoderModel _model;
    private readonly IPassKernels _kernels;
    private readonly IPassProducts _products;
    private readonly PassBuffers _buffers;
    private readonly PassLayer[] _layers;

    /// <param name="model">Base model, with whatever adapter is attached at each call.</param>
    /// <param name="checkpointing">Keeps only each layer's input and recomputes the layer in the backward pass.</param>
    /// <param name="kernels">Null for the fastest that support the model's device and type.</param>
    public TrainingPass(DecoderModel model, bool checkpointing = false, IPassKernels? kernels = null)
    {
        (_model, Checkpointing) = (model, checkpointing);
        _kernels = kernels ?? KernelsFor(model);
        _buffers = new PassBuffers(model.DType, model.Device);
        _products = kernels is null ? TorchProducts.FastestFor(model.DType, model.Device, _buffers) : new TorchProducts(_buffers);
        _layers = [.. model.Layers.Select((layer, i) => new PassLayer(layer, i, model.Config, _kernels, _products, _buffers))];
    }

    /// <summary>Whether the backward pass recomputes activations (<c>gradient_checkpointing</c>).</summary>
    public bool Checkpointing { get; }

    /// <summary>Device of the computation.</summary>
    public Device Device => _model.Device;

    /// <summary>Summed cross-entropy of a batch's targets.</summary>
    public double Loss(TrainingBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor last = Forward(batch, HeadsOf(batch), keeps: false, StepNoise.None);
        return Head(batch, last, null, null);
    }

    /// <summary>
    /// Summed cross-entropy of a batch's targets and divergence of its retained examples from the base; adds the gradients of
    /// both sums, scaled, to the adapter's.
    /// </summary>
    /// <param name="batch">Sequences and targets.</param>
    /// <param name="gradientScale">Usually one over the number of targets in the whole step.</param>
    /// <param name="noise">Dropout and noise of this micro-step.</param>
    /// <param name="retentionScale">The same for the divergence; usually a weight over the number of positions.</param>
    public PassLoss Backward(TrainingBatch batch, double gradientScale, StepNoise noise = default, double retentionScale = 0)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor? wanted = batch.Retained is { } retained ? BaseResult(retained) : null;
        HeadLayout heads = HeadsOf(batch);
        Tensor last = Forward(batch, heads, keeps: !Checkpointing, noise);
        Tensor gradient = _buffers.Get("gradient", last.shape);
        double loss = Head(batch, last, gradient, gradientScale);
        double divergence = wanted is null ? 0 : Divergence(wanted, last, gradient, batch.FirstRetainedRow, retentionScale);
        int lowest = Array.FindIndex(_layers, layer => layer.HasAdapter);
        for (int i = _layers.Length - 1; i >= lowest && lowest >= 0; i--)
        {
            using DisposeScope layer = NewDisposeScope();
            Tensor x = Input(i, last.shape);
            if (Checkpointing)
                _layers[i].Forward(x, _buffers.Get("again", last.shape), heads, State(i), noise.Dropout);
            _layers[i].Backward(x, gradient, heads, State(i), noise.Dropout, needsInput: i > lowest);
        }
        return new PassLoss(loss, divergence);
    }

    public void Dispose()
    {
        foreach (PassLayer layer in _layers)
            layer.Dispose();
        _buffers.Dispose();
    }

    // The result of the last layer; the inputs of all layers stay in their buffers if kept or needed for recomputation.
    private Tensor Forward(TrainingBatch batch, HeadLayout heads, bool keeps, StepNoise noise, bool isBase = false)
    {
        long[] shape = [batch.Layout.Rows, _model.Config.HiddenSize];
        using (Tensor embedded = _model.EmbeddingWeight.index_select(0, batch.InputIds))
            Input(0, shape).copy_(embedded);
        if (noise.NeftuneAlpha > 0)
            AddNoise(Input(0, shape), batch, noise);
        for (int i = 0; i < _layers.Length; i++)
        {
            using DisposeScope layer = NewDisposeScope();
            if (!isBase)
                _layers[i].Refresh();
            _layers[i].Forward(Input(i, shape), Input(i + 1, shape), heads, keeps ? State(i) : SharedState, noise.Dropout, isBase);
        }
        return Input(_layers.Length, shape);
    }

    // NEFTune: uniform noise of ±alpha / sqrt(length × hidden) on every embedding of an example. The base sees none, and so the
    // examples that are held to it have none.
    private static void AddNoise(Tensor embedded, TrainingBatch batch, StepNoise noise)
    {
        using Generator generator = new((ulong)noise.NeftuneSeed, embedded.device);
        foreach (Sequence sequence in batch.Layout.Sequences.Where(s => s.Start < batch.FirstRetainedRow))
        {
            using Tensor rows = embedded.narrow(0, sequence.Start, sequence.Length);
            double most = noise.NeftuneAlpha / Math.Sqrt((double)sequence.Length * embedded.shape[1]);
            using Tensor drawn = empty_like(rows).uniform_(-most, most, generator);
            rows.add_(drawn);
        }
    }

    // Norm, logits and loss of the rows with a target, a chunk at a time; with a scale, the gradient of the last layer's result.
    private double Head(TrainingBatch batch, Tensor last, Tensor? gradient, double? scale)
    {
        gradient?.zero_();
        long targets = batch.Targets.shape[0], hidden = _model.Config.HiddenSize, vocab = _model.Config.VocabSize;
        long most = LogitRowsAtOnce(last);
        double sum = 0;
        // Chunks of equal size, so the products always have the same shape.
        long chunks = (targets + most - 1) / most;
        for (long i = 0; i < chunks; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            (long start, long end) = (targets * i / chunks, targets * (i + 1) / chunks);
            Tensor places = batch.Rows.narrow(0, start, end - start);
            Tensor rows = last.index_select(0, places), normed = _buffers.Get("head.normed", end - start, hidden);
            _kernels.Norm(rows, _model.FinalNorm.Weight, _model.FinalNorm.Eps, normed);
            Tensor logits = _buffers.Get("head.logits", end - start, vocab);
            _products.Into(logits, 0, normed, _model.HeadWeight.t());
            sum += _kernels.CrossEntropy(logits, batch.Targets.narrow(0, start, end - start), scale);
            if (gradient is null)
                continue;
            _products.Into(normed, 0, logits, _model.HeadWeight);
            Tensor part = zeros_like(rows);
            _kernels.NormBackward(normed, rows, _model.FinalNorm.Weight, _model.FinalNorm.Eps, part);
            gradient.index_copy_(0, places, part);
        }
        return sum;
    }

    // What the head takes of each token when no adapter is there: [tokens, hidden], normed.
    private Tensor BaseResult(TrainingBatch retained)
    {
        Tensor last = Forward(retained, HeadsOf(retained), keeps: false, StepNoise.None, isBase: true);
        Tensor wanted = _buffers.Get("head.base", retained.Layout.Tokens, last.shape[1]);
        _kernels.Norm(last.narrow(0, 0, wanted.shape[0]), _model.FinalNorm.Weight, _model.FinalNorm.Eps, wanted);
        return wanted;
    }

    // The logits of base and adapter meet a chunk at a time, so neither is ever there for all positions.
    private double Divergence(Tensor wanted, Tensor last, Tensor gradient, long firstRow, double scale)
    {
        long tokens = wanted.shape[0], hidden = wanted.shape[1], vocab = _model.Config.VocabSize;
        double sum = 0;
        long chunks = (tokens - 1) / LogitRowsAtOnce(last) + 1;
        for (long i = 0; i < chunks; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            (long start, long end) = (tokens * i / chunks, tokens * (i + 1) / chunks);
            Tensor rows = last.narrow(0, firstRow + start, end - start), normed = _buffers.Get("head.normed", end - start, hidden);
            _kernels.Norm(rows, _model.FinalNorm.Weight, _model.FinalNorm.Eps, normed);
            Tensor logits = _buffers.Get("head.logits", end - start, vocab), others = _buffers.Get("head.others", end - start, vocab);
            _products.Into(logits, 0, normed, _model.HeadWeight.t());
            _products.Into(others, 0, wanted.narrow(0, start, end - start), _model.HeadWeight.t());
            sum += _kernels.Divergence(logits, others, scale);
            _products.Into(normed, 0, logits, _model.HeadWeight);
            _kernels.NormBackward(normed, rows, _model.FinalNorm.Weight, _model.FinalNorm.Eps,
                gradient.narrow(0, firstRow + start, end - start));
        }
        return sum;
    }

    private long LogitRowsAtOnce(Tensor last) =>
        Math.Max(FewestLogitRows, LogitBytesAtOnce / (last.element_size() * _model.Config.VocabSize));

    private HeadLayout HeadsOf(TrainingBatch batch)
    {
        DecoderConfig config = _model.Config;
        long length = batch.Layout.Longest;
        (Tensor cos, Tensor sin) = Tables(false);
        (Tensor longCos, Tensor longSin) = _model.Rotary.UsesLong(length) ? Tables(true) : (cos, sin);
        return new HeadLayout(batch.Layout, config.NumKeyValueHeads, config.NumAttentionHeads / config.NumKeyValueHeads, config.HeadDim,
            cos, sin, longCos, longSin, _model.Rotary.FirstLong);

        (Tensor Cos, Tensor Sin) Tables(bool useLong)
        {
            (Tensor cos, Tensor sin) = _model.Rotary.Consecutive(0, length, useLong, _model.DType);
            return (cos.view(length, -1), sin.view(length, -1));
        }
    }

    private Tensor Input(int layer, long[] shape) => _buffers.Get($"{layer}.x", shape);

    private string State(int layer) => Checkpointing ? SharedState : layer.ToString(CultureInfo.InvariantCulture);

    private const string SharedState = "shared";

    private static IPassKernels KernelsFor(DecoderModel model) => (model.Device.type, model.DType) switch
    {
        (DeviceType.CPU, ScalarType.Float32) => new SimdKernels<Float32Element>(),
        (DeviceType.CPU, ScalarType.BFloat16) => new SimdKernels<BFloat16Element>(),
        _ => new TorchKernels(),
    };
}
