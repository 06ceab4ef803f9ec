using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>Causal attention within each sequence of a batch, and its backward pass.</summary>
internal interface IPassAttention
{
    /// <summary>Weighted sum of values for every query.</summary>
    /// <param name="q">[padded rows × heads, head]</param>
    /// <param name="k">[padded rows × kv heads, head]</param>
    /// <param name="v">[padded rows × kv heads, head]</param>
    /// <param name="heads">Layout of the three.</param>
    /// <param name="lse">[padded rows × heads] float32, result: kept for the backward pass.</param>
    /// <param name="attended">[T, heads × head], result.</param>
    void Forward(Tensor q, Tensor k, Tensor v, HeadLayout heads, Tensor lse, Tensor attended);

    /// <summary>Gradients of queries, keys and values.</summary>
    /// <param name="dattended">[T, heads × head]</param>
    /// <param name="attended">[T, heads × head], from <see cref="Forward"/>.</param>
    /// <param name="q">As in <see cref="Forward"/>.</param>
    /// <param name="k">As in <see cref="Forward"/>.</param>
    /// <param name="v">As in <see cref="Forward"/>.</param>
    /// <param name="heads">As in <see cref="Forward"/>.</param>
    /// <param name="lse">From <see cref="Forward"/>.</param>
    /// <param name="dq">As <paramref name="q"/>, result.</param>
    /// <param name="dk">As <paramref name="k"/>, result.</param>
    /// <param name="dv">As <paramref name="v"/>, result.</param>
    void Backward(Tensor dattended, Tensor attended, Tensor q, Tensor k, Tensor v, HeadLayout heads, Tensor lse, Tensor dq, Tensor dk,
        Tensor dv);
}
