using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tools.Benchmarks;

/// <summary>
/// A LoRA step with the operators that transformers and PEFT call, in their order, over the same libtorch and autograd: the
/// benchmark's reference where Python is not available. Examples are padded to the longest of their batch and masked, adapters
/// are float32 whatever the base is (PEFT's <c>autocast_adapter_dtype</c>), logits and loss are computed for every position.
/// Reference: transformers 5 <c>modeling_phi3</c>, <c>modeling_qwen3</c>, <c>sdpa_attention</c>, <c>loss_utils</c>; PEFT
/// <c>lora.Linear.forward</c>, <c>DoraLinearLayer</c>.
/// </summary>
/// <remarks>
/// Where there is a choice it takes the faster one: fused attention, key heads shared instead of copied, one sweep for AdamW.
/// </remarks>
/// <param name="model">Base model with an adapter attached, not quantized.</param>
/// <param name="optimizer">Of the adapter.</param>
/// <param name="maxGradientNorm">Gradients are clipped to it; 0 for no clipping.</param>
/// <param name="autocast">See <see cref="TrainingReference.Autocast"/>.</param>
internal sealed class PeftReference(DecoderModel model, AdamW optimizer, double maxGradientNorm, bool autocast = false)
{
    /// <param name="microBatches">Examples of each micro-batch.</param>
    /// <param name="learningRate">Rate of this step.</param>
    /// <returns>Mean loss of the targets, and the gradient's norm before clipping.</returns>
    public (double Loss, double GradientNorm) Run(IReadOnlyList<IReadOnlyList<TokenizedExample>> microBatches, double learningRate)
    {
        int targets = microBatches.Sum(batch => batch.Sum(TrainingBatch.CountTargets));
        double loss = microBatches.Sum(batch => Backward(batch, targets));
        double norm = optimizer.GradientNorm();
        optimizer.Step(learningRate, maxGradientNorm > 0 ? Math.Min(1, maxGradientNorm / (norm + 1e-6)) : 1);
        return (loss, norm);
    }

    private double Backward(IReadOnlyList<TokenizedExample> examples, int divisor)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor ids, Tensor labels, Tensor? padding) = Collate(examples);
        Tensor logits = Logits(ids, padding).to(ScalarType.Float32);
        Tensor shifted = nn.functional.pad(labels, (0, 1), value: TokenizedExample.Ignored).narrow(1, 1, labels.shape[1]).contiguous();
        Tensor loss = nn.functional.cross_entropy(logits.view(-1, logits.shape[2]), shifted.view(-1),
            ignore_index: TokenizedExample.Ignored, reduction: nn.Reduction.Sum) / divisor;
        loss.backward();
        return loss.item<float>();
    }

    // As DataCollatorForSeq2Seq: on the right, to the longest. The mask [batch, seq] is null when all have the same length.
    private (Tensor InputIds, Tensor Labels, Tensor? Padding) Collate(IReadOnlyList<TokenizedExample> examples)
    {
        int longest = examples.Max(e => e.InputIds.Length);
        long[] ids = new long[examples.Count * longest], labels = new long[ids.Length];
        bool[] isToken = new bool[ids.Length];
        Array.Fill(labels, TokenizedExample.Ignored);
        for (int i = 0; i < examples.Count; i++)
        {
            for (int at = 0; at < examples[i].InputIds.Length; at++)
            {
                ids[i * longest + at] = examples[i].InputIds[at];
                labels[i * longest + at] = examples[i].Labels[at];
                isToken[i * longest + at] = true;
            }
        }
        long[] shape = [examples.Count, longest];
        return (tensor(ids, shape, device: model.Device), tensor(labels, shape, device: model.Device),
            isToken.Contains(false) ? tensor(isToken, shape, device: model.Device) : null);
    }

    private Tensor Logits(Tensor ids, Tensor? padding)
    {
        using DisposeScope scope = NewDisposeScope();
        long seq = ids.shape[1];
        Tensor hidden = model.Embed(ids);
        (Tensor cos, Tensor sin) = model.Rotary.Consecutive(0, seq, model.Rotary.UsesLong(seq), model.DType);
        (cos, sin) = (cat([cos, cos], -1), cat([sin, sin], -1));
        Tensor? mask = padding is null && model.Config.SlidingWindow is null ? null : Mask(seq, padding);
        foreach (DecoderLayer layer in model.Layers)
        {
            Tensor next = Layer(layer, hidden, cos, sin, mask);
            hidden.Dispose();
            hidden = next;
        }
        return nn.functional.linear(Norm(model.FinalNorm, hidden), model.HeadWeight).MoveToOuterDisposeScope();
    }

    // [batch or 1, 1, seq, seq], true where a key may be seen.
    private Tensor Mask(long seq, Tensor? padding)
    {
        Tensor query = arange(seq, device: model.Device).unsqueeze(1), key = arange(seq, device: model.Device).unsqueeze(0);
        Tensor seen = key.le(query);
        if (model.Config.SlidingWindow is { } window)
            seen = seen.logical_and(key.gt(query - window));
        seen = seen.view(1, 1, seq, seq);
        return padding is null ? seen : seen.logical_and(padding.view(padding.shape[0], 1, 1, seq));
    }

    private Tensor Layer(DecoderLayer layer, Tensor x, Tensor cos, Tensor sin, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor middle = x + Attention(layer.Attention, Norm(layer.InputNorm, x), cos, sin, mask);
        return (middle + FeedForward(layer.FeedForward, Norm(layer.PostNorm, middle))).MoveToOuterDisposeScope();
    }

    private Tensor Attention(Attention attention, Tensor x, Tensor cos, Tensor sin, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        (long batch, long seq, int size) = (x.shape[0], x.shape[1], model.Config.HeadDim);
        (int heads, int keyHeads) = (model.Config.NumAttentionHeads, model.Config.NumKeyValueHeads);
        Tensor[] parts = attention.Inputs.Count == 1
            ? Linear(attention.Inputs[0], x).split([(long)heads * size, (long)keyHeads * size, (long)keyHeads * size], -1)
            : [.. attention.Inputs.Select(input => Linear(input, x))];
        Tensor[] byHead = [.. parts.Select((part, i) => HeadNorm(part.view(batch, seq, -1, size), i).transpose(1, 2))];
        Tensor query = Rotate(byHead[0], cos, sin), key = Rotate(byHead[1], cos, sin);
        Tensor attended = mask is null
            ? Softmax(query.reshape(batch * keyHeads, heads / keyHeads, seq, size), Shared(key), Shared(byHead[2]), null)
            .view(batch, heads, seq, size)
            : Softmax(query, Repeated(key), Repeated(byHead[2]), mask);
        Tensor rows = attended.transpose(1, 2).contiguous().reshape(batch, seq, -1);
        return Linear(attention.Output, rows).MoveToOuterDisposeScope();

        Tensor HeadNorm(Tensor t, int part) =>
            (part switch { 0 => attention.QueryNorm, 1 => attention.KeyNorm, _ => null }) is { } norm ? Norm(norm, t) : t;
        // enable_gqa, which this binding does not expose: batch and key head as one dimension, the group without copies.
        Tensor Shared(Tensor t) => t.reshape(batch * keyHeads, 1, seq, size).expand(batch * keyHeads, heads / keyHeads, seq, size);
        // repeat_kv, which transformers falls back to with a mask
        Tensor Repeated(Tensor t) => heads == keyHeads ? t
            : t.unsqueeze(2).expand(batch, keyHeads, heads / keyHeads, seq, size).reshape(batch, heads, seq, size);
    }

    private static Tensor Softmax(Tensor query, Tensor key, Tensor value, Tensor? mask) =>
        nn.functional.scaled_dot_product_attention(query, key, value, mask, is_casual: mask is null && query.shape[2] > 1);

    private static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        using DisposeScope scope = NewDisposeScope();
        long dims = cos.shape[^1];
        Tensor rotated = x.narrow(-1, 0, dims), passed = x.narrow(-1, dims, x.shape[^1] - dims);
        Tensor half = cat([-rotated.narrow(-1, dims / 2, dims / 2), rotated.narrow(-1, 0, dims / 2)], -1);
        return cat([rotated * cos + half * sin, passed], -1).MoveToOuterDisposeScope();
    }

    private Tensor FeedForward(FeedForward layer, Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] halves = layer.Inputs.Count == 1
            ? Linear(layer.Inputs[0], x).chunk(2, -1) : [.. layer.Inputs.Select(input => Linear(input, x))];
        return Linear(layer.Down, halves[1] * nn.functional.silu(halves[0])).MoveToOuterDisposeScope();
    }

    private static Tensor Norm(RmsNorm norm, Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wide = x.to(ScalarType.Float32);
        Tensor variance = wide.pow(2).mean([-1], keepdim: true);
        Tensor normed = wide * rsqrt(variance + norm.Eps);
        return (norm.Weight * normed.to(x.dtype)).MoveToOuterDisposeScope();
    }

    private Tensor Linear(ProjectionLayer layer, Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor result = nn.functional.linear(x, layer.Weight, layer.Bias);
        if (layer.Delta is LoraLinear lora)
        {
            // PEFT converts to the type of the adapter, and autocast back again.
            ScalarType computed = autocast ? x.dtype : lora.A.dtype;
            Tensor input = x.to(lora.A.dtype).to(computed);
            Tensor update = nn.functional.linear(nn.functional.linear(input, lora.A.to(computed)), lora.B.to(computed)) * lora.Scaling;
            if (lora.Magnitude is not null)
                update = Decomposed(layer, lora, result, update);
            result = (result + update).to(result.dtype);
        }
        return result.MoveToOuterDisposeScope();
    }

    // As DoraLinearLayer without dropout: the full update matrix, and its norm without gradient.
    private static Tensor Decomposed(ProjectionLayer layer, LoraLinear lora, Tensor result, Tensor update)
    {
        Tensor norm = (layer.Weight + lora.B.mm(lora.A) * lora.Scaling).norm(1).detach();
        Tensor scale = (lora.Magnitude! / norm).view(1, -1);
        return (scale - 1) * (layer.Bias is null ? result : result - layer.Bias) + scale * update;
    }
}
