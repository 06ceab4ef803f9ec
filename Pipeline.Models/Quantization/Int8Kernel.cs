using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Quantization;

/// <summary>Bytes times a scale, with the widest vectors that the processor has.</summary>
internal static unsafe class Int8Kernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]     // a first call is as long as any other
    public static void Run<T>(sbyte* codes, float scale, nint count, byte* target) where T : struct, IElement
    {
        nint i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<float> scales = Vector512.Create(scale);
            for (; i <= count - 16; i += 16)
                T.Store(target, i, Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(codes + i))) * scales);
        }
        else if (Avx2.IsSupported)
        {
            Vector256<float> scales = Vector256.Create(scale);
            for (; i <= count - 8; i += 8)
                T.Store(target, i, Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(codes + i)) * scales);
        }
        for (; i < count; i++)
            T.StoreOne(target, i, codes[i] * scale);
    }
}
