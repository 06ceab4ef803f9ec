using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Models.Quantization;

/// <summary>Element type that a kernel writes: rounds float32 to it. Implemented by structs, so that every kernel is compiled for each.</summary>
internal unsafe interface IOutputElement
{
    /// <summary>Writes 16 elements from <paramref name="index"/> on.</summary>
    static abstract void Store(Vector512<float> values, byte* target, nint index);

    /// <summary>Writes 8 elements from <paramref name="index"/> on.</summary>
    static abstract void Store(Vector256<float> values, byte* target, nint index);

    /// <summary>Writes one element.</summary>
    static abstract void Store(float value, byte* target, nint index);
}

/// <summary>float32, as it is.</summary>
internal readonly unsafe struct Float32Output : IOutputElement
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, byte* target, nint index) => values.Store((float*)target + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> values, byte* target, nint index) => values.Store((float*)target + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float value, byte* target, nint index) => ((float*)target)[index] = value;
}

/// <summary>bfloat16, the upper half of a float32, rounded to nearest, ties to even. Values are finite, so no case is special.</summary>
internal readonly unsafe struct BFloat16Output : IOutputElement
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, byte* target, nint index)
    {
        Vector512<uint> bits = values.AsUInt32();
        Vector512<uint> rounded = bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One);
        Avx512F.ConvertToVector256UInt16(rounded >> 16).Store((ushort*)target + index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> values, byte* target, nint index)
    {
        Vector256<uint> bits = values.AsUInt32();
        Vector256<uint> rounded = (bits + Vector256.Create(0x7FFFu) + ((bits >> 16) & Vector256<uint>.One)) >> 16;
        Vector128.Narrow(rounded.GetLower(), rounded.GetUpper()).Store((ushort*)target + index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float value, byte* target, nint index)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        ((ushort*)target)[index] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
