using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>The kernels built from libtorch operators: every device, every type. Reductions are computed in float32.</summary>
internal sealed class TorchKernels : IPassKernels
{
    public void Norm(Tensor x, Tensor weight, double eps, Tensor y)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wide = x.to(ScalarType.Float32);
        y.copy_(wide.mul(Scale(wide, eps)).mul_(weight));
    }

    public void NormBackward(Tensor dy, Tensor x, Tensor weight, double eps, Tensor dx)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wide = x.to(ScalarType.Float32), scale = Scale(wide, eps), weighted = dy.to(ScalarType.Float32).mul(weight);
        Tensor pull = weighted.mul(wide).mean([-1], keepdim: true).mul_(scale.pow(3));
        dx.add_(weighted.mul_(scale).sub_(wide.mul(pull)));
    }

    public void Gate(Tensor gate, Tensor up, Tensor act)
    {
        using DisposeScope scope = NewDisposeScope();
        act.copy_(nn.functional.silu(gate).mul_(up));
    }

    public void GateBackward(Tensor gate, Tensor up, Tensor dact)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor g = gate.to(ScalarType.Float32), sigmoid = g.sigmoid(), silu = g.mul(sigmoid), gradient = dact.to(ScalarType.Float32);
        Tensor slope = sigmoid.mul(silu.neg().add_(g).add_(1));   // σ (1 + g - g σ)
        gate.copy_(gradient.mul(up).mul_(slope));
        up.copy_(gradient.mul(silu));
    }

    public void PackHeads(Tensor query, Tensor key, Tensor value, HeadLayout heads, Tensor q, Tensor k, Tensor v)
    {
        q.zero_();
        k.zero_();
        v.zero_();
        foreach (Sequence sequence in heads.Sequences.Sequences)
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor cos, Tensor sin) = TablesOf(heads, sequence);
            QueryBlock(q, heads, sequence).copy_(Rotate(Queries(query, heads, sequence), cos.unsqueeze(1), sin.unsqueeze(1)));
            KeyBlock(k, heads, sequence).copy_(Rotate(Keys(key, heads, sequence), cos, sin).transpose(0, 1));
            KeyBlock(v, heads, sequence).copy_(Keys(value, heads, sequence).transpose(0, 1));
        }
    }

    public void UnpackHeads(Tensor dq, Tensor dk, Tensor dv, HeadLayout heads, Tensor query, Tensor key, Tensor value)
    {
        query.zero_();
        key.zero_();
        value.zero_();
        foreach (Sequence sequence in heads.Sequences.Sequences)
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor cos, Tensor sin) = TablesOf(heads, sequence);
            Tensor back = sin.neg();
            Queries(query, heads, sequence).copy_(Rotate(QueryBlock(dq, heads, sequence), cos.unsqueeze(1), back.unsqueeze(1)));
            Keys(key, heads, sequence).copy_(Rotate(KeyBlock(dk, heads, sequence).transpose(0, 1), cos, back));
            Keys(value, heads, sequence).copy_(KeyBlock(dv, heads, sequence).transpose(0, 1));
        }
    }

    public void Softmax(Tensor scores, ScoreBlock block, Tensor lse, Tensor inverseSum)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor masked = scores.to(ScalarType.Float32).mul(block.Scale).masked_fill_(Hidden(scores, block), float.NegativeInfinity);
        Tensor most = masked.amax([-1], keepdim: true);
        Tensor exponentials = masked.sub_(most).exp_();
        Tensor sum = exponentials.sum(-1);
        scores.copy_(exponentials);
        lse.copy_(sum.log().add_(most.squeeze(-1)));
        inverseSum.copy_(sum.reciprocal_());
    }

    public void SoftmaxBackward(Tensor scores, Tensor dprobabilities, ScoreBlock block, Tensor lse, Tensor delta)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor probabilities = scores.to(ScalarType.Float32).mul(block.Scale).sub_(lse.unsqueeze(-1))
            .masked_fill_(Hidden(scores, block), float.NegativeInfinity).exp_();
        scores.copy_(probabilities);
        dprobabilities.copy_(dprobabilities.to(ScalarType.Float32).sub(delta.unsqueeze(-1)).mul_(probabilities).mul_(block.Scale));
    }

    public void UnpackAttended(Tensor packed, Tensor inverseSum, HeadLayout heads, Tensor attended)
    {
        attended.zero_();
        foreach (Sequence sequence in heads.Sequences.Sequences)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor factors = QueryBlock(inverseSum.unsqueeze(-1), heads, sequence);
            Queries(attended, heads, sequence).copy_(QueryBlock(packed, heads, sequence).mul(factors));
        }
    }

    public void PackAttendedGradient(Tensor dattended, Tensor attended, HeadLayout heads, Tensor packed, Tensor delta)
    {
        packed.zero_();
        delta.zero_();
        foreach (Sequence sequence in heads.Sequences.Sequences)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor gradient = Queries(dattended, heads, sequence);
            QueryBlock(packed, heads, sequence).copy_(gradient);
            QueryBlock(delta.unsqueeze(-1), heads, sequence).copy_(
                gradient.to(ScalarType.Float32).mul(Queries(attended, heads, sequence)).sum(-1, keepdim: true));
        }
    }

    public double CrossEntropy(Tensor logits, Tensor targets, double? gradientScale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logProbabilities = nn.functional.log_softmax(logits.to(ScalarType.Float32), -1);
        Tensor places = targets.unsqueeze(1);
        double loss = -logProbabilities.gather(1, places).sum(ScalarType.Float64).item<double>();
        if (gradientScale is { } scale)
        {
            Tensor gradient = logProbabilities.exp_();
            gradient.scatter_add_(1, places, full_like(places, -1, dtype: ScalarType.Float32));
            logits.copy_(gradient.mul_(scale));
        }
        return loss;
    }

    public double Divergence(Tensor logits, Tensor baseLogits, double gradientScale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor own = nn.functional.log_softmax(logits.to(ScalarType.Float32), -1);
        Tensor other = nn.functional.log_softmax(baseLogits.to(ScalarType.Float32), -1), wanted = other.exp();
        double divergence = other.sub_(own).mul_(wanted).sum(ScalarType.Float64).item<double>();
        logits.copy_(own.exp_().sub_(wanted).mul_(gradientScale));
        return divergence;
    }

    public void Drop(Tensor x, Tensor y, double probability, long seed)
    {
        using Tensor mask = Mask(x, probability, seed);
        using Tensor kept = x.mul(mask);
        y.copy_(kept);
    }

    public void AddDropped(Tensor x, Tensor y, double probability, long seed)
    {
        using Tensor mask = Mask(x, probability, seed);
        using Tensor kept = x.mul(mask);
        y.add_(kept);
    }

    private static Tensor Mask(Tensor x, double probability, long seed)
    {
        using Generator generator = new((ulong)seed, x.device);
        return empty_like(x).bernoulli_(1 - probability, generator).div_(1 - probability);
    }

    private static Tensor Scale(Tensor x, double eps) => x.square().mean([-1], keepdim: true).add_(eps).rsqrt_();

    private static Tensor Hidden(Tensor scores, ScoreBlock block)
    {
        Tensor query = arange(scores.shape[1], device: scores.device).div_(block.Group, RoundingMode.floor).add_(block.FirstQuery)
            .unsqueeze(1);
        Tensor key = arange(scores.shape[2], device: scores.device).unsqueeze(0);
        Tensor hidden = key.gt(query);
        return block.Window is { } most ? hidden.logical_or_(key.le(query.sub(most))) : hidden;
    }

    // [tokens, 1, rotated / 2]
    private static (Tensor Cos, Tensor Sin) TablesOf(HeadLayout heads, Sequence sequence)
    {
        (Tensor cos, Tensor sin) = heads.TablesOf(sequence);
        if (sequence.Positions is null)
            return (cos.narrow(0, 0, sequence.Length).unsqueeze(1), sin.narrow(0, 0, sequence.Length).unsqueeze(1));
        Tensor positions = tensor(sequence.Positions, dtype: ScalarType.Int64, device: cos.device);
        return (cos.index_select(0, positions).unsqueeze(1), sin.index_select(0, positions).unsqueeze(1));
    }

    // Batch rows as [tokens, kv heads, group, head].
    private static Tensor Queries(Tensor rows, HeadLayout heads, Sequence sequence) =>
        rows.narrow(0, sequence.Start, sequence.Length).unflatten(1, [heads.KvHeads, heads.Group, heads.HeadSize]);

    // Batch rows as [tokens, kv heads, head].
    private static Tensor Keys(Tensor rows, HeadLayout heads, Sequence sequence) =>
        rows.narrow(0, sequence.Start, sequence.Length).unflatten(1, [heads.KvHeads, heads.HeadSize]);

    // An attention block's tokens as [tokens, kv heads, group, head]: a view, so it can be written to.
    private static Tensor QueryBlock(Tensor packed, HeadLayout heads, Sequence sequence) =>
        packed.narrow(0, (long)sequence.PaddedStart * heads.Heads, (long)sequence.PaddedLength * heads.Heads)
            .view(heads.KvHeads, sequence.PaddedLength, heads.Group, packed.shape[1]).narrow(1, 0, sequence.Length).transpose(0, 1);

    // [kv heads, tokens, head]
    private static Tensor KeyBlock(Tensor packed, HeadLayout heads, Sequence sequence) =>
        packed.narrow(0, (long)sequence.PaddedStart * heads.KvHeads, (long)sequence.PaddedLength * heads.KvHeads)
            .view(heads.KvHeads, sequence.PaddedLength, packed.shape[1]).narrow(1, 0, sequence.Length);

    private static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        long half = cos.shape[^1];
        Tensor first = x.narrow(-1, 0, half), second = x.narrow(-1, half, half), rest = x.narrow(-1, 2 * half, x.shape[^1] - 2 * half);
        return cat([first.mul(cos).sub_(second.mul(sin)), second.mul(cos).add_(first.mul(sin)), rest], -1);
    }
}
