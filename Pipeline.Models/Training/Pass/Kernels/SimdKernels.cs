using Pipeline.Models.Runtime;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>The kernels as single sweeps over CPU memory, in vectors of 16.</summary>
/// <typeparam name="T">Type of weights and activations.</typeparam>
internal sealed class SimdKernels<T> : IPassKernels
    where T : IElement
{
    public void Norm(Tensor x, Tensor weight, double eps, Tensor y) =>
        NormKernel<T>.Forward(Matrix.Of(x), Matrix.Of(weight), eps, Matrix.Of(y));

    public void NormBackward(Tensor dy, Tensor x, Tensor weight, double eps, Tensor dx) =>
        NormKernel<T>.Backward(Matrix.Of(dy), Matrix.Of(x), Matrix.Of(weight), eps, Matrix.Of(dx));

    public void Gate(Tensor gate, Tensor up, Tensor act) => GateKernel<T>.Forward(Matrix.Of(gate), Matrix.Of(up), Matrix.Of(act));

    public void GateBackward(Tensor gate, Tensor up, Tensor dact) =>
        GateKernel<T>.Backward(Matrix.Of(gate), Matrix.Of(up), Matrix.Of(dact));

    public void PackHeads(Tensor query, Tensor key, Tensor value, HeadLayout heads, Tensor q, Tensor k, Tensor v) =>
        HeadKernels<T>.Pack(Matrix.Of(query), Matrix.Of(key), Matrix.Of(value), heads, Matrix.Of(q), Matrix.Of(k), Matrix.Of(v));

    public void UnpackHeads(Tensor dq, Tensor dk, Tensor dv, HeadLayout heads, Tensor query, Tensor key, Tensor value) =>
        HeadKernels<T>.Unpack(Matrix.Of(dq), Matrix.Of(dk), Matrix.Of(dv), heads, Matrix.Of(query), Matrix.Of(key), Matrix.Of(value));

    public void Softmax(Tensor scores, ScoreBlock block, Tensor lse, Tensor inverseSum) =>
        SoftmaxKernel<T>.Forward(Matrix.Of(scores), scores.shape[1], block, StridedOf(lse), StridedOf(inverseSum));

    public void SoftmaxBackward(Tensor scores, Tensor dprobabilities, ScoreBlock block, Tensor lse, Tensor delta) =>
        SoftmaxKernel<T>.Backward(Matrix.Of(scores), Matrix.Of(dprobabilities), scores.shape[1], block, StridedOf(lse), StridedOf(delta));

    public void UnpackAttended(Tensor packed, Tensor inverseSum, HeadLayout heads, Tensor attended) =>
        HeadKernels<T>.UnpackAttended(Matrix.Of(packed), Matrix.Of(inverseSum), heads, Matrix.Of(attended));

    public void PackAttendedGradient(Tensor dattended, Tensor attended, HeadLayout heads, Tensor packed, Tensor delta) =>
        HeadKernels<T>.PackAttendedGradient(Matrix.Of(dattended), Matrix.Of(attended), heads, Matrix.Of(packed), Matrix.Of(delta));

    public double CrossEntropy(Tensor logits, Tensor targets, double? gradientScale) =>
        CrossEntropyKernel<T>.Run(Matrix.Of(logits), Matrix.Of(targets), gradientScale);

    public double Divergence(Tensor logits, Tensor baseLogits, double gradientScale) =>
        DivergenceKernel<T>.Run(Matrix.Of(logits), Matrix.Of(baseLogits), gradientScale);

    public void Drop(Tensor x, Tensor y, double probability, long seed) =>
        DropoutKernel<T>.Drop(Matrix.Of(x), Matrix.Of(y), probability, seed);

    public void AddDropped(Tensor x, Tensor y, double probability, long seed) =>
        DropoutKernel<T>.AddDropped(Matrix.Of(x), Matrix.Of(y), probability, seed);

    // Matrix.Of would refuse rows of which each batch uses only a part; only the start and the batch stride matter here.
    private static Strided StridedOf(Tensor tensor)
    {
        using Tensor first = tensor[0];
        return new Strided(Matrix.Of(first).Data, tensor.stride(0));
    }
}
