using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Models.Runtime;

/// <summary>
/// How numbers are stored in memory; kernels compute in float32. Implemented by structs, so that every kernel is compiled for
/// each.
/// </summary>
internal unsafe interface IElement
{
    /// <summary>Bytes of one number.</summary>
    static abstract int Size { get; }

    static abstract Vector512<float> Load(byte* row, long index);

    static abstract void Store(byte* row, long index, Vector512<float> values);

    static abstract void Store(byte* row, long index, Vector256<float> values);

    static abstract float LoadOne(byte* row, long index);

    static abstract void StoreOne(byte* row, long index, float value);
}

/// <summary>IEEE 754 single precision.</summary>
internal readonly unsafe partial struct Float32Element : IElement
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* row, long index) => Vector512.Load((float*)row + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* row, long index, Vector512<float> values) => values.Store((float*)row + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* row, long index, Vector256<float> values) => values.Store((float*)row + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* row, long index) => ((float*)row)[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreOne(byte* row, long index, float value) => ((float*)row)[index] = value;
}

/// <summary>bfloat16: the upper half of a single, rounded to nearest, ties to even. NaNs stay NaNs.</summary>
internal readonly unsafe partial struct BFloat16Element : IElement
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* row, long index)
    {
        Vector256<ushort> stored = Vector256.Load((ushort*)row + index);
        Vector512<uint> wide = Avx512F.IsSupported
            ? Avx512F.ConvertToVector512UInt32(stored)
            : Vector512.Create(Vector256.WidenLower(stored), Vector256.WidenUpper(stored));
        return Vector512.ShiftLeft(wide, 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* row, long index, Vector512<float> values)
    {
        Vector512<uint> bits = values.AsUInt32();
        Vector512<uint> even = Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One;
        Vector512<uint> rounded = Vector512.ShiftRightLogical(bits + even + Vector512.Create(0x7FFFu), 16);
        Vector256<ushort> narrow = Avx512F.IsSupported
            ? Avx512F.ConvertToVector256UInt16(rounded)
            : Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
        narrow.Store((ushort*)row + index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* row, long index, Vector256<float> values)
    {
        Vector256<uint> bits = values.AsUInt32();
        Vector256<uint> rounded = Vector256.ShiftRightLogical(bits + (Vector256.ShiftRightLogical(bits, 16) & Vector256<uint>.One)
            + Vector256.Create(0x7FFFu), 16);
        Vector128.Narrow(rounded.GetLower(), rounded.GetUpper()).Store((ushort*)row + index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* row, long index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)row)[index] << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreOne(byte* row, long index, float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        ((ushort*)row)[index] = (ushort)((bits + ((bits >> 16) & 1) + 0x7FFF) >> 16);
    }
}
