using Pipeline.Models.Runtime.Products;
using static TorchSharp.torch;

namespace Pipeline.Models.Runtime;

// How the number types are packed and multiplied in products.

internal readonly unsafe partial struct Float32Element : IProductElement
{
    public static ScalarType Type => ScalarType.Float32;

    public static int DepthUnit => 1;

    public static void PackRows(byte* source, long stride, int depth, int columns, byte* packed, int width)
    {
        for (int row = 0; row < depth; row++)
            new ReadOnlySpan<float>((float*)source + row * stride, columns).CopyTo(new Span<float>((float*)packed + row * width, columns));
    }

    public static void PackColumns(byte* source, long stride, int depth, int columns, byte* packed, int width) =>
        Packing.Transpose((uint*)source, stride, columns, depth, (uint*)packed, width);

    public static void Transpose(byte* source, long stride, int rows, int columns, byte* target, long targetStride, byte* scratch) =>
        Packing.Transpose((uint*)source, stride, rows, columns, (uint*)target, targetStride);

    public static void Multiply(in Block block, bool adds, byte* a, byte* b, float* c) => BlockKernel.Float32(block, adds, a, b, c);
}

internal readonly unsafe partial struct BFloat16Element : IProductElement
{
    public static ScalarType Type => ScalarType.BFloat16;

    public static int DepthUnit => 2;

    public static void PackRows(byte* source, long stride, int depth, int columns, byte* packed, int width) =>
        Packing.Interleave((ushort*)source, stride, depth, columns, (ushort*)packed, width);

    // A pair of neighbours is one 32-bit number.
    public static void PackColumns(byte* source, long stride, int depth, int columns, byte* packed, int width)
    {
        if (stride % 2 == 0)
        {
            Packing.Transpose((uint*)source, stride / 2, columns, depth / 2, (uint*)packed, width);
            return;
        }
        for (int column = 0; column < columns; column++)
            Packing.Transpose((uint*)((ushort*)source + column * stride), 0, 1, depth / 2, (uint*)packed + column, width);
    }

    public static void Transpose(byte* source, long stride, int rows, int columns, byte* target, long targetStride, byte* scratch)
    {
        Packing.Interleave((ushort*)source, stride, rows, columns, (ushort*)scratch, columns);
        Packing.Transpose((uint*)scratch, columns, rows / 2, columns, (uint*)target, targetStride / 2);
    }

    public static void Multiply(in Block block, bool adds, byte* a, byte* b, float* c) => BlockKernel.BFloat16(block, adds, a, b, c);
}
