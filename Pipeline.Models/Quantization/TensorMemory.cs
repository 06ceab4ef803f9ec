using static TorchSharp.torch;

namespace Pipeline.Models.Quantization;

/// <summary>Where a tensor's elements lie.</summary>
internal static class TensorMemory
{
    /// <summary>Address of the first element of a contiguous tensor on the CPU; valid as long as the tensor.</summary>
    public static unsafe nint Start(Tensor tensor)
    {
        // A span over the whole tensor could not be longer than 2 GiB; native memory does not move, so one element will do.
        using Tensor flat = tensor.view(-1);
        using Tensor first = flat.narrow(0, 0, 1);
        fixed (byte* start = first.bytes)
            return (nint)start;
    }
}
