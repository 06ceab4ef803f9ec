using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Pipeline.Models.Runtime;

/// <summary>Where a tensor's elements are. TorchSharp exposes them as a span of at most 2 GiB; an address has no such limit.</summary>
internal static partial class TensorMemory
{
    /// <summary>Address of the first element of a contiguous tensor on the CPU; valid as long as the tensor.</summary>
    /// <exception cref="ArgumentException">The elements are not contiguous.</exception>
    public static nint Start(Tensor tensor) =>
        tensor.is_contiguous() ? First(tensor) : throw new ArgumentException("the elements do not follow each other", nameof(tensor));

    /// <summary>Address of the first element of any tensor on the CPU; valid as long as the tensor.</summary>
    public static nint First(Tensor tensor) => PointerOf(tensor.Handle);

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    private static partial nint PointerOf(nint tensor);
}
