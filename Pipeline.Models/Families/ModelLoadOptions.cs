using Pipeline.Models.Quantization;
using static TorchSharp.torch;

namespace Pipeline.Models.Families;

/// <summary>Where and in which precision a model runs.</summary>
public sealed record ModelLoadOptions
{
    /// <summary><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>
    /// Element type of weights and computation. By default float32 on the CPU, where half precision is slow without special
    /// instructions, and bfloat16 on a GPU.
    /// </summary>
    public ScalarType? DType { get; init; }

    /// <summary>
    /// 8 or 4 to store the linear layers inside the decoder layers in that many bits; null to keep them in <see cref="DType"/>.
    /// Norms and a vision tower stay as they are.
    /// </summary>
    public int? QuantizationBits { get; init; }

    /// <summary>The form of these bits.</summary>
    public QuantizedStorage QuantizedStorage { get; init; }

    /// <summary>The element type to use on that device.</summary>
    public ScalarType DTypeOn(Device device) =>
        DType ?? (device.type == TorchSharp.DeviceType.CPU ? ScalarType.Float32 : ScalarType.BFloat16);
}
