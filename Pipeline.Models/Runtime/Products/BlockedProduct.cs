using System.Runtime.Intrinsics;

namespace Pipeline.Models.Runtime.Products;

/// <summary>
/// Matrix products over <see cref="BlockKernel"/>: each thread packs some columns of the right factor into its cache,
/// multiplies all rows of the left one with them, and finishes each block (second product, scale, sum, rounding) while it is
/// still there. Sums are float32 and in a fixed order, whatever the number of threads. Reference for the loop order: Goto and
/// van de Geijn (2008).
/// </summary>
internal static unsafe class BlockedProduct<T>
    where T : struct, IProductElement
{
    private const int Width = 64;           // columns of a block
    private const int DepthBytes = 2048;    // of a packed column: Width of them fill half of a typical second-level cache
    private const int ColumnUnit = 16;
    private const long LeastWork = 1 << 18; // multiplications for which another thread pays off

    private static int Depth => DepthBytes / T.Size;

    /// <summary>result = keep × result + scale × a b + c d</summary>
    public static void Into(in Target result, float keep, in Factors main, float scale, Factors? more)
    {
        Target target = result;
        Factors first = main;
        // Many parts, so that the threads finish together; rows are divided only where there are few columns, since each part packs again.
        long columnBlocks = (target.Columns + Width - 1) / Width,
            wanted = Math.Max(1, target.Rows * target.Columns * first.Depth / LeastWork);
        long columnParts = Math.Min(columnBlocks, wanted);
        long rowParts = Math.Clamp(Math.Min(wanted, 2 * KernelThreads.Count) / columnBlocks, 1, (target.Rows + Width - 1) / Width);
        KernelThreads.Run(columnParts * rowParts, part =>
        {
            long column = part / rowParts, row = part % rowParts;
            Range rows = new(RowOf(row), RowOf(row + 1));
            Range columns = new(ColumnOf(column), Math.Min(target.Columns, ColumnOf(column + 1)));
            Run(target, keep, first, scale, more, rows, columns);
        });

        long ColumnOf(long part) => columnBlocks * part / columnParts * Width;

        long RowOf(long part) => part == rowParts ? target.Rows : target.Rows * part / rowParts / ColumnUnit * ColumnUnit;
    }

    private static void Run(in Target target, float keep, in Factors main, float scale, Factors? more, Range rows, Range columns)
    {
        int depth = (int)Math.Min(Depth, main.Depth);
        bool oneDepth = depth == main.Depth;
        long packedBytes = (long)depth * Width * T.Size, secondBytes = more is null ? 0 : more.Value.Depth * Width * T.Size;
        long sumBytes = (oneDepth ? Block.MostRows : rows.Length) * Width * sizeof(float);
        Scratch scratch = Scratch.OfThread(packedBytes, secondBytes, sumBytes);
        byte* packed = scratch.Take(packedBytes), packedSecond = scratch.Take(secondBytes);
        float* sums = (float*)scratch.Take(sumBytes);
        for (long column = columns.Start; column < columns.End; column += Width)
        {
            int width = (int)Math.Min(Width, columns.End - column);
            // Columns up to a whole vector are computed but not stored: whatever the scratch held there does no harm.
            int computed = (width + ColumnUnit - 1) / ColumnUnit * ColumnUnit;
            if (more is { } second)
                second.Pack(0, second.Depth, column, width, packedSecond);
            for (long start = 0; start < main.Depth; start += depth)
            {
                int now = (int)Math.Min(depth, main.Depth - start);
                bool isLast = start + now == main.Depth;
                main.Pack(start, now, column, width, packed);
                for (long row = rows.Start; row < rows.End;)
                {
                    int height = Block.HeightFor(rows.End - row);
                    float* block = sums + (oneDepth ? 0 : (row - rows.Start) * Width);
                    T.Multiply(new Block(height, computed, now, main.LeftStride, Width, Width), start > 0, main.Left(row, start), packed,
                        block);
                    if (isLast && more is { } added)
                        T.Multiply(new Block(height, computed, added.Depth, added.LeftStride, Width, Width), true, added.Left(row, 0),
                            packedSecond, block);
                    if (isLast)
                        target.Store(block, row, height, column, width, keep, scale);
                    row += height;
                }
            }
        }
        BlockKernel.Release();
    }

    /// <summary>result = keep × result + scale × sums, for a row whose numbers are contiguous.</summary>
    internal static void StoreRow<TResult>(float* sums, byte* result, int width, float keep, float scale)
        where TResult : IElement
    {
        int i = 0;
        for (; i + Vector512<float>.Count <= width; i += Vector512<float>.Count)
        {
            Vector512<float> value = Vector512.Load(sums + i) * scale;
            TResult.Store(result, i, keep == 0
                ? value : Vector512.FusedMultiplyAdd(TResult.Load(result, i), Vector512.Create(keep), value));
        }
        for (; i < width; i++)
        {
            float value = sums[i] * scale;
            TResult.StoreOne(result, i, keep == 0 ? value : MathF.FusedMultiplyAdd(TResult.LoadOne(result, i), keep, value));
        }
    }

    /// <summary>A left factor [M, K] and a right one [K, N].</summary>
    /// <param name="A">Its rows.</param>
    /// <param name="B">Rows of the right factor, or of its transpose.</param>
    /// <param name="IsTransposed">Whether <paramref name="B"/> holds [N, K].</param>
    internal readonly record struct Factors(Matrix A, Matrix B, bool IsTransposed)
    {
        public long Depth => A.Width;

        public long LeftStride => A.Stride;

        public byte* Left(long row, long depth) => A.Row<T>(row) + depth * T.Size;

        public void Pack(long start, long depth, long column, int width, byte* packed)
        {
            if (IsTransposed)
                T.PackColumns(B.Row<T>(column) + start * T.Size, B.Stride, (int)depth, width, packed, Width);
            else
                T.PackRows(B.Row<T>(start) + column * T.Size, B.Stride, (int)depth, width, packed, Width);
        }
    }

    /// <summary>Where a product goes.</summary>
    /// <param name="Data">First number.</param>
    /// <param name="Rows">M</param>
    /// <param name="Columns">N</param>
    /// <param name="RowStride">Numbers from one row to the next.</param>
    /// <param name="ColumnStride">Numbers from one column to the next.</param>
    /// <param name="IsWide">Whether the numbers are float32 regardless of the factors.</param>
    internal readonly record struct Target(nint Data, long Rows, long Columns, long RowStride, long ColumnStride, bool IsWide)
    {
        public void Store(float* block, long row, int height, long column, int width, float keep, float scale)
        {
            for (int i = 0; i < height; i++, block += Width)
            {
                long at = (row + i) * RowStride + column * ColumnStride;
                if (ColumnStride != 1)
                    StoreApart(block, (float*)Data + at, width, keep, scale);
                else if (IsWide)
                    StoreRow<Float32Element>(block, (byte*)Data + at * sizeof(float), width, keep, scale);
                else
                    StoreRow<T>(block, (byte*)Data + at * T.Size, width, keep, scale);
            }
        }

        private void StoreApart(float* block, float* result, int width, float keep, float scale)
        {
            for (int i = 0; i < width; i++)
            {
                float* at = result + i * ColumnStride;
                *at = keep == 0 ? block[i] * scale : MathF.FusedMultiplyAdd(*at, keep, block[i] * scale);
            }
        }
    }

    private readonly record struct Range(long Start, long End)
    {
        public long Length => End - Start;
    }
}
