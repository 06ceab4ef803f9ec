using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Quantization.Blocks;

/// <summary>
/// Rows of activations in 8 bits for <see cref="BlockProduct"/>: in blocks of 32, whole multiples (-127 to 127) of a scale, the
/// largest magnitude / 127 in float32. Each row is rounded by itself, whatever else is in the batch. Memory grows to the
/// largest batch and is kept; not for concurrent use.
/// </summary>
internal sealed unsafe class ActivationBlocks : IDisposable
{
    private const int Largest = 127;
    private const float Smallest = 1e-30f;  // below it, the inverse of a scale overflows: the block counts as zeros
    private const nuint Alignment = 64;     // a cache line

    private sbyte* _codes;      // [rows, blocks × 32]
    private float* _scales;     // [rows, blocks]
    private int* _sums;         // [rows, blocks], sums of the codes
    private long _capacity;     // blocks

    ~ActivationBlocks() => Free();

    /// <summary>Rows held.</summary>
    public long Rows { get; private set; }

    /// <summary>Blocks of each row.</summary>
    public long Blocks { get; private set; }

    /// <summary>First code of a row.</summary>
    public sbyte* Codes(long row) => _codes + row * Blocks * BlockFormat.Elements;

    /// <summary>First scale of a row.</summary>
    public float* Scales(long row) => _scales + row * Blocks;

    /// <summary>First sum of a row.</summary>
    public int* Sums(long row) => _sums + row * Blocks;

    /// <summary>Makes room for a batch, which <see cref="Round{T}"/> then fills row by row.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Numbers of a row.</param>
    public void Resize(long rows, long width)
    {
        (Rows, Blocks) = (rows, BlockFormat.BlocksOf(width));
        long blocks = Rows * Blocks;
        if (blocks <= _capacity)
            return;
        Free();
        _codes = (sbyte*)NativeMemory.AlignedAlloc((nuint)(blocks * BlockFormat.Elements), Alignment);
        _scales = (float*)NativeMemory.AlignedAlloc((nuint)(blocks * sizeof(float)), Alignment);
        _sums = (int*)NativeMemory.AlignedAlloc((nuint)(blocks * sizeof(int)), Alignment);
        _capacity = blocks;
    }

    /// <summary>Rounds one row.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="source">Its numbers.</param>
    /// <param name="width">How many; those up to a whole block count as zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Round<T>(long row, byte* source, long width) where T : struct, IElement
    {
        sbyte* codes = Codes(row);
        float* scales = Scales(row);
        int* sums = Sums(row);
        float* rest = stackalloc float[BlockFormat.Elements];
        for (long block = 0; block < Blocks; block++)
        {
            long start = block * BlockFormat.Elements;
            Vector512<float> lower, upper;
            if (width - start >= BlockFormat.Elements)
            {
                (lower, upper) = (T.Load(source, start), T.Load(source, start + 16));
            }
            else
            {
                for (int i = 0; i < BlockFormat.Elements; i++)
                    rest[i] = start + i < width ? T.LoadOne(source, start + i) : 0;
                (lower, upper) = (Vector512.Load(rest), Vector512.Load(rest + 16));
            }
            scales[block] = RoundBlock(lower, upper, codes + start, out sums[block]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float RoundBlock(Vector512<float> lower, Vector512<float> upper, sbyte* codes, out int sum)
    {
        // A NaN stays one, and then the scale and every product with this block is NaN too.
        Vector512<float> both = Vector512.Max(Vector512.Abs(lower), Vector512.Abs(upper));
        Vector256<float> eight = Vector256.Max(both.GetLower(), both.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        float largest = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2))).ToScalar();
        Vector512<float> inverse = Vector512.Create(largest < Smallest ? 0 : Largest / largest);
        Vector512<int> first = Vector512.ConvertToInt32Native(Vector512.Round(lower * inverse)),
            second = Vector512.ConvertToInt32Native(Vector512.Round(upper * inverse));
        sum = Vector512.Sum(first + second);
        Vector512<short> narrow = Vector512.Narrow(first, second);
        Vector256.Narrow(narrow.GetLower(), narrow.GetUpper()).Store(codes);
        return largest / Largest;
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_codes);
        NativeMemory.AlignedFree(_scales);
        NativeMemory.AlignedFree(_sums);
        _codes = null;
        _scales = null;
        _sums = null;
        _capacity = 0;
    }
}
