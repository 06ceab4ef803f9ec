using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Models.Quantization.Blocks;

/// <summary>
/// Rows of activations times groups of sixteen interleaved rows of a weight. Each result is
/// <c>t = fma(Σ (code - zero) × x, weight scale × activation scale, t)</c> over the blocks in order, with a minimum followed by
/// <c>t = fma(minimum, activation scale × Σ x, t)</c>: the sums are exact, so every path, tile and batch gives the same bits.
/// </summary>
internal static unsafe class IntegerKernel<TPath, TLayout>
    where TPath : struct, IBlockPath
    where TLayout : struct, IBlockLayout
{
    private const int Lanes = 8, GroupRows = BlockMemory.GroupRows, Units = BlockFormat.Elements / BlockMemory.Unit;
    private const float Rebias = 5.192296858534828e33f;     // 2^112: the distance of the exponents of single and half precision
    private const int UnitBytes = GroupRows * BlockMemory.Unit, WideBytes = Units * UnitBytes;

    private static int CodeBytes => WideBytes * TLayout.Bits / 8;

    private static int Heads => TLayout.HasMinimum ? 2 : 1;

    /// <summary>Floats that <see cref="Run"/> needs beside its arguments.</summary>
    /// <param name="blocks">Blocks of a row.</param>
    public static long ScratchBytes(long blocks) =>
        blocks * (Heads * GroupRows * sizeof(float) + (TLayout.Bits == 4 ? WideBytes : 0)) + 8 * GroupRows * sizeof(float);

    /// <summary>Computes groups of outputs for all rows.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="group">First group.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="x">The activations.</param>
    /// <param name="y">[rows, outputs], result.</param>
    /// <param name="stride">Numbers from one row of the result to the next.</param>
    /// <param name="outputs">Width of the result.</param>
    /// <param name="scratch"><see cref="ScratchBytes"/>, aligned to a cache line.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in BlockMemory weight, long group, long end, ActivationBlocks x, float* y, long stride, long outputs,
        byte* scratch)
    {
        float* totals = (float*)scratch;
        float* heads = totals + 8 * GroupRows;
        byte* wide = (byte*)(heads + weight.Blocks * Heads * GroupRows);
        for (; group < end; group++)
        {
            byte* data = weight.Group(group);
            int count = (int)Math.Min(GroupRows, outputs - group * GroupRows);
            float* target = y + group * GroupRows;
            if (x.Rows == 1)
            {
                One(data, weight, x, totals);
                Copy(totals, target, count);
                continue;
            }
            Widen(data, weight, heads, wide);
            Tile tile = TLayout.Bits == 8 ? new Tile(data, weight.BlockBytes, heads, weight.Blocks)
                : new Tile(wide, WideBytes, heads, weight.Blocks);
            long row = 0;
            while (row < x.Rows)
            {
                long rows = x.Rows - row >= 6 ? 6 : x.Rows - row >= 2 ? 2 : 1;
                if (rows == 6)
                    Six(tile, x, row, totals);
                else if (rows == 2)
                    Two(tile, x, row, totals);
                else
                    Single(tile, x, row, totals);
                for (long i = 0; i < rows; i++)
                    Copy(totals + i * GroupRows, target + (row + i) * stride, count);
                row += rows;
            }
        }
    }

    // One row: codes are read as they lie.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(byte* data, in BlockMemory weight, ActivationBlocks x, float* totals)
    {
        sbyte* codes = x.Codes(0);
        float* scales = x.Scales(0);
        int* sums = x.Sums(0);
        Vector256<float> total0 = default, total1 = default;
        for (long block = 0; block < weight.Blocks; block++, data += weight.BlockBytes, codes += BlockFormat.Elements)
        {
            Vector256<int> sum0 = Vector256.Create(TPath.Start(TLayout.Zero, sums[block])), sum1 = sum0;
            if (TLayout.Bits == 8)
            {
                for (int unit = 0; unit < Units; unit++)
                {
                    Vector256<sbyte> four = Four(codes, unit);
                    sum0 = TPath.Add(sum0, Vector256.Load(data + unit * UnitBytes), four, TLayout.Zero);
                    sum1 = TPath.Add(sum1, Vector256.Load(data + unit * UnitBytes + 32), four, TLayout.Zero);
                }
            }
            else
            {
                Vector256<byte> mask = Vector256.Create((byte)15);
                for (int unit = 0; unit < Units / 2; unit++)
                {
                    Vector256<byte> packed0 = Vector256.Load(data + unit * UnitBytes),
                        packed1 = Vector256.Load(data + unit * UnitBytes + 32);
                    Vector256<sbyte> first = Four(codes, unit), second = Four(codes, unit + Units / 2);
                    sum0 = TPath.Add(sum0, packed0 & mask, first, TLayout.Zero);
                    sum1 = TPath.Add(sum1, packed1 & mask, first, TLayout.Zero);
                    sum0 = TPath.Add(sum0, High(packed0, mask), second, TLayout.Zero);
                    sum1 = TPath.Add(sum1, High(packed1, mask), second, TLayout.Zero);
                }
            }
            ushort* halves = (ushort*)(data + CodeBytes);
            Vector256<float> scale = Vector256.Create(scales[block]);
            total0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sum0), Halves(halves) * scale, total0);
            total1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sum1), Halves(halves + Lanes) * scale, total1);
            if (TLayout.HasMinimum)
            {
                Vector256<float> sum = Vector256.Create(scales[block] * sums[block]);
                total0 = Vector256.FusedMultiplyAdd(Halves(halves + GroupRows), sum, total0);
                total1 = Vector256.FusedMultiplyAdd(Halves(halves + GroupRows + Lanes), sum, total1);
            }
        }
        total0.Store(totals);
        total1.Store(totals + Lanes);
    }

    // Scales and minima in float32, codes in bytes: read again for every tile of rows, from the cache.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* data, in BlockMemory weight, float* heads, byte* wide)
    {
        Vector256<byte> mask = Vector256.Create((byte)15);
        for (long block = 0; block < weight.Blocks; block++, data += weight.BlockBytes, heads += Heads * GroupRows, wide += WideBytes)
        {
            ushort* halves = (ushort*)(data + CodeBytes);
            for (int i = 0; i < Heads * GroupRows; i += Lanes)
                Halves(halves + i).Store(heads + i);
            if (TLayout.Bits == 8)
                continue;
            for (int i = 0; i < WideBytes / 2; i += Vector256<byte>.Count)
            {
                Vector256<byte> packed = Vector256.Load(data + i);
                (packed & mask).Store(wide + i);
                High(packed, mask).Store(wide + i + WideBytes / 2);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Single(in Tile tile, ActivationBlocks x, long row, float* totals)
    {
        sbyte* codes = x.Codes(row);
        float* scales = x.Scales(row);
        int* sums = x.Sums(row);
        byte* weights = tile.Codes;
        float* heads = tile.Heads;
        Vector256<float> total0 = default, total1 = default;
        for (long block = 0; block < tile.Blocks; block++, weights += tile.BlockBytes, codes += BlockFormat.Elements)
        {
            Vector256<int> sum0 = Vector256.Create(TPath.Start(TLayout.Zero, sums[block])), sum1 = sum0;
            for (int unit = 0; unit < Units; unit++)
            {
                Vector256<sbyte> four = Four(codes, unit);
                sum0 = TPath.Add(sum0, Vector256.Load(weights + unit * UnitBytes), four, TLayout.Zero);
                sum1 = TPath.Add(sum1, Vector256.Load(weights + unit * UnitBytes + 32), four, TLayout.Zero);
            }
            total0 = Total(total0, sum0, heads, scales[block], sums[block]);
            total1 = Total(total1, sum1, heads + Lanes, scales[block], sums[block]);
            heads += Heads * GroupRows;
        }
        total0.Store(totals);
        total1.Store(totals + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(in Tile tile, ActivationBlocks x, long row, float* totals)
    {
        sbyte* codes = x.Codes(row), other = x.Codes(row + 1);
        float* scales = x.Scales(row);
        int* sums = x.Sums(row);
        byte* weights = tile.Codes;
        float* heads = tile.Heads;
        long blocks = tile.Blocks;
        Vector256<float> total00 = default, total01 = default, total10 = default, total11 = default;
        for (long block = 0; block < blocks; block++, weights += tile.BlockBytes)
        {
            Vector256<int> sum00 = Vector256.Create(TPath.Start(TLayout.Zero, sums[block])), sum01 = sum00;
            Vector256<int> sum10 = Vector256.Create(TPath.Start(TLayout.Zero, sums[blocks + block])), sum11 = sum10;
            for (int unit = 0; unit < Units; unit++)
            {
                Vector256<byte> weight0 = Vector256.Load(weights + unit * UnitBytes),
                    weight1 = Vector256.Load(weights + unit * UnitBytes + 32);
                Vector256<sbyte> four = Four(codes, unit);
                sum00 = TPath.Add(sum00, weight0, four, TLayout.Zero);
                sum01 = TPath.Add(sum01, weight1, four, TLayout.Zero);
                four = Four(other, unit);
                sum10 = TPath.Add(sum10, weight0, four, TLayout.Zero);
                sum11 = TPath.Add(sum11, weight1, four, TLayout.Zero);
            }
            codes += BlockFormat.Elements;
            other += BlockFormat.Elements;
            total00 = Total(total00, sum00, heads, scales[block], sums[block]);
            total01 = Total(total01, sum01, heads + Lanes, scales[block], sums[block]);
            total10 = Total(total10, sum10, heads, scales[blocks + block], sums[blocks + block]);
            total11 = Total(total11, sum11, heads + Lanes, scales[blocks + block], sums[blocks + block]);
            heads += Heads * GroupRows;
        }
        total00.Store(totals);
        total01.Store(totals + Lanes);
        total10.Store(totals + GroupRows);
        total11.Store(totals + GroupRows + Lanes);
    }

    // Twelve sums hide the latency of the products; the totals stay in memory, so that the sums have registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six(in Tile tile, ActivationBlocks x, long row, float* totals)
    {
        long blocks = tile.Blocks, rowCodes = blocks * BlockFormat.Elements;
        sbyte* codes = x.Codes(row);
        float* scales = x.Scales(row);
        int* sums = x.Sums(row);
        byte* weights = tile.Codes;
        float* heads = tile.Heads;
        for (int i = 0; i < 6 * GroupRows; i += Lanes)
            Vector256<float>.Zero.Store(totals + i);
        for (long block = 0; block < blocks; block++, weights += tile.BlockBytes, heads += Heads * GroupRows)
        {
            Vector256<int> a0 = Start(sums, block), a1 = a0, b0 = Start(sums, block + blocks), b1 = b0,
                c0 = Start(sums, block + 2 * blocks), c1 = c0, d0 = Start(sums, block + 3 * blocks), d1 = d0,
                e0 = Start(sums, block + 4 * blocks), e1 = e0, f0 = Start(sums, block + 5 * blocks), f1 = f0;
            sbyte* upper = codes + 3 * rowCodes;
            for (int unit = 0; unit < Units; unit++)
            {
                Vector256<byte> weight0 = Vector256.Load(weights + unit * UnitBytes),
                    weight1 = Vector256.Load(weights + unit * UnitBytes + 32);
                Vector256<sbyte> four = Four(codes, unit);
                a0 = TPath.Add(a0, weight0, four, TLayout.Zero);
                a1 = TPath.Add(a1, weight1, four, TLayout.Zero);
                four = Four(codes + rowCodes, unit);
                b0 = TPath.Add(b0, weight0, four, TLayout.Zero);
                b1 = TPath.Add(b1, weight1, four, TLayout.Zero);
                four = Four(codes + 2 * rowCodes, unit);
                c0 = TPath.Add(c0, weight0, four, TLayout.Zero);
                c1 = TPath.Add(c1, weight1, four, TLayout.Zero);
                four = Four(upper, unit);
                d0 = TPath.Add(d0, weight0, four, TLayout.Zero);
                d1 = TPath.Add(d1, weight1, four, TLayout.Zero);
                four = Four(upper + rowCodes, unit);
                e0 = TPath.Add(e0, weight0, four, TLayout.Zero);
                e1 = TPath.Add(e1, weight1, four, TLayout.Zero);
                four = Four(upper + 2 * rowCodes, unit);
                f0 = TPath.Add(f0, weight0, four, TLayout.Zero);
                f1 = TPath.Add(f1, weight1, four, TLayout.Zero);
            }
            codes += BlockFormat.Elements;
            Accumulate(totals, a0, a1, heads, scales[block], sums[block]);
            Accumulate(totals + GroupRows, b0, b1, heads, scales[block + blocks], sums[block + blocks]);
            Accumulate(totals + 2 * GroupRows, c0, c1, heads, scales[block + 2 * blocks], sums[block + 2 * blocks]);
            Accumulate(totals + 3 * GroupRows, d0, d1, heads, scales[block + 3 * blocks], sums[block + 3 * blocks]);
            Accumulate(totals + 4 * GroupRows, e0, e1, heads, scales[block + 4 * blocks], sums[block + 4 * blocks]);
            Accumulate(totals + 5 * GroupRows, f0, f1, heads, scales[block + 5 * blocks], sums[block + 5 * blocks]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Start(int* sums, long block) => Vector256.Create(TPath.Start(TLayout.Zero, sums[block]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(float* totals, Vector256<int> sum0, Vector256<int> sum1, float* heads, float scale, int sum)
    {
        Total(Vector256.Load(totals), sum0, heads, scale, sum).Store(totals);
        Total(Vector256.Load(totals + Lanes), sum1, heads + Lanes, scale, sum).Store(totals + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Total(Vector256<float> total, Vector256<int> products, float* heads, float scale, int sum)
    {
        total = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(products), Vector256.Load(heads) * Vector256.Create(scale), total);
        return TLayout.HasMinimum
            ? Vector256.FusedMultiplyAdd(Vector256.Load(heads + GroupRows), Vector256.Create(scale * sum), total)
            : total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Four(sbyte* codes, int unit) => Vector256.Create(((int*)codes)[unit]).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> High(Vector256<byte> packed, Vector256<byte> mask) =>
        Vector256.ShiftRightLogical(packed.AsUInt16(), 4).AsByte() & mask;

    // Finite half-precision numbers to float32, exactly: .NET has no instruction for it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(ushort* halves)
    {
        (Vector128<uint> lower, Vector128<uint> upper) = Vector128.Widen(Vector128.Load(halves));
        Vector256<uint> bits = Vector256.Create(lower, upper);
        Vector256<float> magnitude = ((bits & Vector256.Create(0x7FFFu)) << 13).AsSingle() * Vector256.Create(Rebias);
        return (magnitude.AsUInt32() | ((bits & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    private static void Copy(float* totals, float* target, int count) =>
        new ReadOnlySpan<float>(totals, count).CopyTo(new Span<float>(target, count));

    // The codes of a group in bytes, with its scales and minima in float32.
    private readonly struct Tile(byte* codes, int blockBytes, float* heads, long blocks)
    {
        public byte* Codes { get; } = codes;

        public int BlockBytes { get; } = blockBytes;

        public float* Heads { get; } = heads;

        public long Blocks { get; } = blocks;
    }
}
