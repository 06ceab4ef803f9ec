using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Runtime;

/// <summary>
/// Batched matrix products into existing memory. TorchSharp's versions allocate their result; libtorch's stable C interface,
/// which takes the same tensor handles, does not.
/// </summary>
internal static partial class BatchProduct
{
    /// <summary>result = keep × result + a b</summary>
    /// <param name="result">[batch, n, p]; may be a view.</param>
    /// <param name="a">[batch, n, m]</param>
    /// <param name="b">[batch, m, p]</param>
    /// <param name="keep">0 to overwrite, 1 to add.</param>
    /// <exception cref="InvalidOperationException">Shapes or types do not fit.</exception>
    public static void Into(Tensor result, Tensor a, Tensor b, double keep)
    {
        if (result.device_type == DeviceType.CPU && OperatingSystem.IsLinux())
        {
            if (BaddbmmOut(result.Handle, result.Handle, a.Handle, b.Handle, keep, 1) != 0)
                throw new InvalidOperationException(
                    $"a product of [{string.Join(", ", a.shape)}] and [{string.Join(", ", b.shape)}] does not fit "
                    + $"[{string.Join(", ", result.shape)}]");
            return;
        }
        using Tensor product = a.bmm(b);
        if (keep == 0)
            result.copy_(product);
        else
            result.mul_(keep).add_(product);
    }

    [LibraryImport(NativeTorch.CoreLibrary, EntryPoint = "aoti_torch_cpu_baddbmm_out")]
    private static partial int BaddbmmOut(nint result, nint self, nint a, nint b, double beta, double alpha);
}
