using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>
/// What a training pass computes besides matrix products. One implementation fuses each operation into a single sweep over
/// memory on the CPU; the other uses libtorch's operators and runs on every device in every type.
/// </summary>
/// <remarks>T is the number of rows (tokens) in the batch. Results go into the caller's tensors; nothing is kept.</remarks>
internal interface IPassKernels
{
    /// <summary>RMS norm: y = x / rms(x) × weight.</summary>
    /// <param name="x">[T, hidden]</param>
    /// <param name="weight">[hidden]</param>
    /// <param name="eps">Added to the mean square.</param>
    /// <param name="y">[T, hidden], result.</param>
    void Norm(Tensor x, Tensor weight, double eps, Tensor y);

    /// <summary>Adds the gradient of the norm's input to <paramref name="dx"/>.</summary>
    /// <param name="dy">[T, hidden], gradient of the norm's result.</param>
    /// <param name="x">[T, hidden], input of the norm.</param>
    /// <param name="weight">[hidden]</param>
    /// <param name="eps">As in <see cref="Norm"/>.</param>
    /// <param name="dx">[T, hidden], added to.</param>
    void NormBackward(Tensor dy, Tensor x, Tensor weight, double eps, Tensor dx);

    /// <summary>SwiGLU: act = silu(gate) × up.</summary>
    /// <param name="gate">[T, intermediate]</param>
    /// <param name="up">[T, intermediate]</param>
    /// <param name="act">[T, intermediate], result.</param>
    void Gate(Tensor gate, Tensor up, Tensor act);

    /// <summary>Replaces gate and up with their gradients.</summary>
    /// <param name="gate">[T, intermediate]</param>
    /// <param name="up">[T, intermediate]</param>
    /// <param name="dact">[T, intermediate]</param>
    void GateBackward(Tensor gate, Tensor up, Tensor dact);

    /// <summary>Rotates queries and keys and lays heads out for attention; see <see cref="SequenceLayout"/>.</summary>
    /// <param name="query">[T, heads × head]</param>
    /// <param name="key">[T, kv heads × head]</param>
    /// <param name="value">[T, kv heads × head]</param>
    /// <param name="heads">Head counts, rotary tables and the rows of each sequence.</param>
    /// <param name="q">[padded rows × heads, head], result.</param>
    /// <param name="k">[padded rows × kv heads, head], result.</param>
    /// <param name="v">[padded rows × kv heads, head], result.</param>
    void PackHeads(Tensor query, Tensor key, Tensor value, HeadLayout heads, Tensor q, Tensor k, Tensor v);

    /// <summary>Backward pass of <see cref="PackHeads"/> for gradients: rotated backwards; rows outside any sequence are zero.</summary>
    void UnpackHeads(Tensor dq, Tensor dk, Tensor dv, HeadLayout heads, Tensor query, Tensor key, Tensor value);

    /// <summary>Softmax over the keys each query may see, not yet divided by its sum; overwrites the scores.</summary>
    /// <param name="scores">[batch, rows, keys]; rows are query positions, the heads of a group one after the other.</param>
    /// <param name="block">Which queries and keys the scores belong to.</param>
    /// <param name="lse">[batch, rows] float32, result: logarithm of the sum of exponentials.</param>
    /// <param name="inverseSum">[batch, rows] float32, result: factor to apply to the weighted values.</param>
    void Softmax(Tensor scores, ScoreBlock block, Tensor lse, Tensor inverseSum);

    /// <summary>Turns scores back into probabilities and uses them to turn the probabilities' gradient into that of the scores.</summary>
    /// <param name="scores">[batch, rows, keys]; in place, probabilities.</param>
    /// <param name="dprobabilities">[batch, rows, keys]; in place, gradient of the unscaled scores.</param>
    /// <param name="block">Which queries and keys the scores belong to.</param>
    /// <param name="lse">[batch, rows]</param>
    /// <param name="delta">[batch, rows] float32: inner product of the attention result and its gradient.</param>
    void SoftmaxBackward(Tensor scores, Tensor dprobabilities, ScoreBlock block, Tensor lse, Tensor delta);

    /// <summary>Unpacks the attention result into rows, times <paramref name="inverseSum"/>; rows outside any sequence are zero.</summary>
    /// <param name="packed">[padded rows × heads, head]</param>
    /// <param name="inverseSum">[padded rows × heads]</param>
    /// <param name="heads">Layout.</param>
    /// <param name="attended">[T, heads × head], result.</param>
    void UnpackAttended(Tensor packed, Tensor inverseSum, HeadLayout heads, Tensor attended);

    /// <summary>Packs the gradient of the attention result, and computes its inner products with the result.</summary>
    /// <param name="dattended">[T, heads × head]</param>
    /// <param name="attended">[T, heads × head]</param>
    /// <param name="heads">Layout.</param>
    /// <param name="packed">[padded rows × heads, head], result.</param>
    /// <param name="delta">[padded rows × heads] float32, result.</param>
    void PackAttendedGradient(Tensor dattended, Tensor attended, HeadLayout heads, Tensor packed, Tensor delta);

    /// <summary>Summed cross-entropy; with a scale, the logits become the gradient of that sum times the scale.</summary>
    /// <param name="logits">[rows, vocab]</param>
    /// <param name="targets">[rows] int64</param>
    /// <param name="gradientScale">Null to compute only the loss.</param>
    double CrossEntropy(Tensor logits, Tensor targets, double? gradientScale);

    /// <summary>Summed KL(base ‖ model) of rows; the model's logits become the gradient of that sum times the scale.</summary>
    /// <param name="logits">[rows, vocab], of the model with its adapter.</param>
    /// <param name="baseLogits">[rows, vocab], of the base.</param>
    /// <param name="gradientScale">Factor of the gradient.</param>
    /// <returns>The sum, in nats.</returns>
    double Divergence(Tensor logits, Tensor baseLogits, double gradientScale);

    /// <summary>Inverted dropout; what is dropped depends only on seed and position.</summary>
    /// <param name="x">[T, width]</param>
    /// <param name="y">[T, width], result; may be <paramref name="x"/>.</param>
    /// <param name="probability">Probability of dropping.</param>
    /// <param name="seed">Seed of the mask.</param>
    void Drop(Tensor x, Tensor y, double probability, long seed);

    /// <summary>Adds x, with the mask of <see cref="Drop"/>, to y.</summary>
    void AddDropped(Tensor x, Tensor y, double probability, long seed);
}
