using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Pipeline.Models.Runtime.Products;

/// <summary>
/// oneDNN's generated kernels for products of small blocks, as libtorch carries them for its own fused attention. They use the
/// widest instructions of any vendor's processor, which the library behind libtorch's float32 products does not, and let the
/// caller decide how to cut up a large product. Reference: oneDNN's BRGeMM ukernel, ATen <c>cpublas::brgemm</c>.
/// </summary>
internal static unsafe class BlockKernel
{
    private const string BFloat16Name = "_ZN2at6native7cpublas6brgemmEllllllbPKN3c108BFloat16ES5_Pfb";
    private const string Float32Name = "_ZN2at6native7cpublas6brgemmEllllllbPKfS3_Pfb";
    private const string ReleaseName = "_ZN2at6native7cpublas14brgemm_releaseEb";

    private static readonly delegate* unmanaged<long, long, long, long, long, long, byte, void*, void*, float*, byte, void> BFloat16Entry,
        Float32Entry;
    private static readonly delegate* unmanaged<byte, void> ReleaseEntry;

    static BlockKernel()
    {
        if (!Avx512BW.IsSupported || !OperatingSystem.IsLinux()
            || !NativeLibrary.TryLoad(NativeTorch.CoreLibrary, typeof(BlockKernel).Assembly, null, out nint core)
            || !NativeLibrary.TryGetExport(core, ReleaseName, out nint release))
            return;
        ReleaseEntry = (delegate* unmanaged<byte, void>)release;
        if (NativeLibrary.TryGetExport(core, Float32Name, out nint float32))
            Float32Entry = (delegate* unmanaged<long, long, long, long, long, long, byte, void*, void*, float*, byte, void>)float32;
        if (HasBFloat16() && NativeLibrary.TryGetExport(core, BFloat16Name, out nint bfloat16))
            BFloat16Entry = (delegate* unmanaged<long, long, long, long, long, long, byte, void*, void*, float*, byte, void>)bfloat16;
    }

    /// <summary>Whether this processor and libtorch have the kernels of a type.</summary>
    public static bool Has(ScalarType type) => type switch
    {
        ScalarType.BFloat16 => BFloat16Entry is not null,
        ScalarType.Float32 => Float32Entry is not null,
        _ => false,
    };

    /// <summary>c = a b, or c += a b, in float32.</summary>
    /// <param name="block">Shape and row strides.</param>
    /// <param name="adds">Adds to c instead of replacing it.</param>
    /// <param name="a">[M, K] bfloat16, rows <see cref="Block.StrideA"/> apart.</param>
    /// <param name="b">[K / 2, columns, 2]: pairs of rows interleaved, <see cref="Block.StrideB"/> pairs apart.</param>
    /// <param name="c">[M, N], rows <see cref="Block.StrideC"/> apart.</param>
    public static void BFloat16(in Block block, bool adds, void* a, void* b, float* c) =>
        BFloat16Entry(block.M, block.N, block.K, block.StrideA, block.StrideB, block.StrideC, adds ? (byte)1 : (byte)0, a, b, c, 1);

    /// <summary>As <see cref="BFloat16"/> for float32; b is [K, columns].</summary>
    public static void Float32(in Block block, bool adds, void* a, void* b, float* c) =>
        Float32Entry(block.M, block.N, block.K, block.StrideA, block.StrideB, block.StrideC, adds ? (byte)1 : (byte)0, a, b, c, 0);

    /// <summary>Call from each thread after its last block: releases matrix registers where the processor has them.</summary>
    public static void Release() => ReleaseEntry(1);

    // CPUID 7.1 EAX bit 5: AVX512_BF16. Without it, or when oneDNN was told to use less, these kernels do not exist, and
    // requesting one ends the process.
    private static bool HasBFloat16() => (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0
        && new[] { "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA" }.All(name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)));
}

/// <summary>One call of a kernel. Kernels are generated for each combination, so there should be few.</summary>
/// <param name="M">Rows.</param>
/// <param name="N">Columns.</param>
/// <param name="K">Depth.</param>
/// <param name="StrideA">Numbers from one row of the left factor to the next.</param>
/// <param name="StrideB">The same for the right factor.</param>
/// <param name="StrideC">The same for the result.</param>
internal readonly record struct Block(long M, long N, long K, long StrideA, long StrideB, long StrideC)
{
    /// <summary>Maximum rows of a block.</summary>
    public const int MostRows = 128;

    /// <summary>Rows of the next block when this many are left: powers of two, so that few kernels serve any number.</summary>
    public static int HeightFor(long rows)
    {
        int height = MostRows;
        while (height > rows)
            height /= 2;
        return height;
    }
}
