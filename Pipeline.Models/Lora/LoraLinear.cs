using Pipeline.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Lora;

/// <summary>
/// The low-rank update of one linear layer: adds scaling · (dropout(x) A^T) B^T. The weights are leaves of their own type
/// (float32 in training) and are converted to the type of the input, as autocast does. Reference: PEFT <c>lora.Linear</c>.
/// </summary>
internal sealed class LoraLinear(string name, Tensor a, Tensor b, double scaling) : IProjectionDelta, IDisposable
{
    /// <summary>Full name of the linear layer, for example <c>model.layers.0.self_attn.qkv_proj</c>.</summary>
    public string Name { get; } = name;

    /// <summary>[r, in]</summary>
    public Tensor A { get; } = a;

    /// <summary>[out, r]</summary>
    public Tensor B { get; } = b;

    /// <summary>Factor of the update.</summary>
    public double Scaling => scaling;

    public Tensor Apply(ProjectionLayer layer, Tensor x, Tensor output)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor low = nn.functional.linear(x.reshape(-1, A.shape[1]), Converted(A, x.dtype));
        // One GEMM adds the scaled update to the frozen output: no separate product, scaling and sum.
        Tensor sum = addmm(output.reshape(-1, B.shape[0]), low, Converted(B, x.dtype).t(), 1, (float)scaling);
        return sum.view(output.shape).MoveToOuterDisposeScope();
    }

    /// <summary>The full-size update scaling · B A that merging adds to the weight: [out, in], float32.</summary>
    public Tensor Update()
    {
        using DisposeScope scope = NewDisposeScope();
        return B.to(ScalarType.Float32).mm(A.to(ScalarType.Float32)).mul_(scaling).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }

    private static Tensor Converted(Tensor weight, ScalarType dtype) => weight.dtype == dtype ? weight : weight.to(dtype);
}
