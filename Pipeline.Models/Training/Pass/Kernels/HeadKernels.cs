using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>Moves heads between batch rows and the attention layout (<see cref="HeadLayout"/>), rotating and summing on the way.</summary>
internal static unsafe class HeadKernels<T>
    where T : IElement
{
    public static void Pack(Matrix query, Matrix key, Matrix value, HeadLayout heads, Matrix q, Matrix k, Matrix v)
    {
        Tables tables = Tables.Of(heads);
        SequenceLayout layout = heads.Sequences;
        int size = heads.HeadSize;
        KernelThreads.For(layout.PaddedRows, query.Width + key.Width + value.Width, (from, to) =>
        {
            for (long row = from; row < to; row++)
            {
                Sequence sequence = layout.SequenceOfBlockRow(row);
                int position = (int)row - sequence.PaddedStart;
                bool isToken = position < sequence.Length;
                long source = sequence.Start + position;
                tables.Row(sequence, heads.LongFrom, position, out byte* cos, out byte* sin);
                for (int h = 0; h < heads.KvHeads; h++)
                {
                    long first = FirstQueryRow(heads, sequence, h, position), at = KeyRow(heads, sequence, h, position);
                    for (int g = 0; g < heads.Group; g++)
                        Rotate(isToken ? At(query, source, (h * heads.Group + g) * size) : null, q.Row<T>(first + g), cos, sin, tables.Half,
                            size, 1);
                    Rotate(isToken ? At(key, source, h * size) : null, k.Row<T>(at), cos, sin, tables.Half, size, 1);
                    Rotate(isToken ? At(value, source, h * size) : null, v.Row<T>(at), cos, sin, 0, size, 1);
                }
            }
        });
    }

    public static void Unpack(Matrix dq, Matrix dk, Matrix dv, HeadLayout heads, Matrix query, Matrix key, Matrix value)
    {
        Tables tables = Tables.Of(heads);
        SequenceLayout layout = heads.Sequences;
        int size = heads.HeadSize;
        KernelThreads.For(layout.Rows, query.Width + key.Width + value.Width, (from, to) =>
        {
            for (long row = from; row < to; row++)
            {
                if (row >= layout.Tokens)
                {
                    Clear(query.Row<T>(row), query.Width);
                    Clear(key.Row<T>(row), key.Width);
                    Clear(value.Row<T>(row), value.Width);
                    continue;
                }
                Sequence sequence = layout.SequenceOfRow(row);
                int position = (int)row - sequence.Start;
                tables.Row(sequence, heads.LongFrom, position, out byte* cos, out byte* sin);
                for (int h = 0; h < heads.KvHeads; h++)
                {
                    long first = FirstQueryRow(heads, sequence, h, position), at = KeyRow(heads, sequence, h, position);
                    for (int g = 0; g < heads.Group; g++)
                        Rotate(dq.Row<T>(first + g), At(query, row, (h * heads.Group + g) * size), cos, sin, tables.Half, size, -1);
                    Rotate(dk.Row<T>(at), At(key, row, h * size), cos, sin, tables.Half, size, -1);
                    Rotate(dv.Row<T>(at), At(value, row, h * size), cos, sin, 0, size, -1);
                }
            }
        });
    }

    public static void UnpackAttended(Matrix packed, Matrix inverseSum, HeadLayout heads, Matrix attended)
    {
        SequenceLayout layout = heads.Sequences;
        int size = heads.HeadSize;
        KernelThreads.For(layout.Rows, attended.Width, (from, to) =>
        {
            float* factors = (float*)inverseSum.Data;
            for (long row = from; row < to; row++)
            {
                if (row >= layout.Tokens)
                {
                    Clear(attended.Row<T>(row), attended.Width);
                    continue;
                }
                Sequence sequence = layout.SequenceOfRow(row);
                for (int head = 0; head < heads.Heads; head++)
                {
                    long at = FirstQueryRow(heads, sequence, head / heads.Group, (int)row - sequence.Start) + head % heads.Group;
                    byte* source = packed.Row<T>(at), result = At(attended, row, head * size);
                    int i = 0;
                    for (; i + 16 <= size; i += 16)
                        T.Store(result, i, T.Load(source, i) * factors[at]);
                    for (; i < size; i++)
                        T.StoreOne(result, i, T.LoadOne(source, i) * factors[at]);
                }
            }
        });
    }

    public static void PackAttendedGradient(Matrix dattended, Matrix attended, HeadLayout heads, Matrix packed, Matrix delta)
    {
        SequenceLayout layout = heads.Sequences;
        int size = heads.HeadSize;
        KernelThreads.For(layout.PaddedRows, attended.Width, (from, to) =>
        {
            float* products = (float*)delta.Data;
            for (long row = from; row < to; row++)
            {
                Sequence sequence = layout.SequenceOfBlockRow(row);
                int position = (int)row - sequence.PaddedStart;
                for (int head = 0; head < heads.Heads; head++)
                {
                    long at = FirstQueryRow(heads, sequence, head / heads.Group, position) + head % heads.Group;
                    if (position >= sequence.Length)
                    {
                        Clear(packed.Row<T>(at), size);
                        products[at] = 0;
                        continue;
                    }
                    long source = sequence.Start + position;
                    products[at] = CopyAndMultiply(At(dattended, source, head * size), At(attended, source, head * size),
                        packed.Row<T>(at), size);
                }
            }
        });
    }

    /// <summary>Copies a row and returns its dot product with another.</summary>
    public static float CopyAndMultiply(byte* gradient, byte* value, byte* copy, int size)
    {
        Vector512<float> products = Vector512<float>.Zero;
        int i = 0;
        for (; i + 16 <= size; i += 16)
        {
            Vector512<float> g = T.Load(gradient, i);
            products = Vector512.FusedMultiplyAdd(g, T.Load(value, i), products);
            T.Store(copy, i, g);
        }
        float sum = Vector512.Sum(products);
        for (; i < size; i++)
        {
            sum += T.LoadOne(gradient, i) * T.LoadOne(value, i);
            T.StoreOne(copy, i, T.LoadOne(gradient, i));
        }
        return sum;
    }

    private static long FirstQueryRow(HeadLayout heads, Sequence sequence, int kvHead, int position) =>
        (long)sequence.PaddedStart * heads.Heads + ((long)kvHead * sequence.PaddedLength + position) * heads.Group;

    private static long KeyRow(HeadLayout heads, Sequence sequence, int kvHead, int position) =>
        (long)sequence.PaddedStart * heads.KvHeads + (long)kvHead * sequence.PaddedLength + position;

    private static byte* At(Matrix matrix, long row, long column) => matrix.Row<T>(row) + column * T.Size;

    // Rotates the pairs (i, i + half) by the angles in the tables, or back with direction -1; the rest is copied.
    private static void Rotate(byte* source, byte* result, byte* cos, byte* sin, int half, int size, float direction)
    {
        if (source is null)
        {
            Clear(result, size);
            return;
        }
        int i = 0;
        for (; i + 16 <= half; i += 16)
        {
            Vector512<float> a = T.Load(source, i), b = T.Load(source, half + i), c = T.Load(cos, i), s = T.Load(sin, i) * direction;
            T.Store(result, i, Vector512.FusedMultiplyAdd(-b, s, a * c));
            T.Store(result, half + i, Vector512.FusedMultiplyAdd(a, s, b * c));
        }
        for (; i < half; i++)
        {
            float a = T.LoadOne(source, i), b = T.LoadOne(source, half + i), c = T.LoadOne(cos, i), s = T.LoadOne(sin, i) * direction;
            T.StoreOne(result, i, a * c - b * s);
            T.StoreOne(result, half + i, b * c + a * s);
        }
        Buffer.MemoryCopy(source + 2 * half * T.Size, result + 2 * half * T.Size, (size - 2 * half) * T.Size, (size - 2 * half) * T.Size);
    }

    private static void Clear(byte* row, long width) => new Span<byte>(row, checked((int)(width * T.Size))).Clear();

    private readonly record struct Tables(Matrix Cos, Matrix Sin, Matrix LongCos, Matrix LongSin)
    {
        public int Half => (int)Cos.Width;

        public static Tables Of(HeadLayout heads) =>
            new(Matrix.Of(heads.Cos), Matrix.Of(heads.Sin), Matrix.Of(heads.LongCos), Matrix.Of(heads.LongSin));

        public void Row(Sequence sequence, long longFrom, int position, out byte* cos, out byte* sin)
        {
            // Rows past the end of the sequence hold nothing to rotate.
            int row = sequence.PositionOf(Math.Min(position, sequence.Length - 1));
            bool isLong = sequence.Span >= longFrom;
            cos = (isLong ? LongCos : Cos).Row<T>(row);
            sin = (isLong ? LongSin : Sin).Row<T>(row);
        }
    }
}
