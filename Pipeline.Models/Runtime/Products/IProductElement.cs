using Pipeline.Models.Runtime.Products;
using static TorchSharp.torch;

namespace Pipeline.Models.Runtime.Products
{
    /// <summary>What <see cref="BlockedProduct{T}"/> needs to know of a type of number.</summary>
    internal unsafe interface IProductElement : IElement
    {
        /// <summary>Its name for libtorch.</summary>
        static abstract ScalarType Type { get; }

        /// <summary>Depths of a product are multiples of this.</summary>
        static abstract int DepthUnit { get; }

        /// <summary>Packs a part of a right factor whose rows lie side by side.</summary>
        /// <param name="source">[depth, columns], rows <paramref name="stride"/> numbers apart.</param>
        /// <param name="stride">Distance of rows.</param>
        /// <param name="depth">Rows.</param>
        /// <param name="columns">Columns.</param>
        /// <param name="packed">Result, rows (or pairs of them) of <paramref name="width"/> columns.</param>
        /// <param name="width">Columns of the result; those from <paramref name="columns"/> on are left as they are.</param>
        static abstract void PackRows(byte* source, long stride, int depth, int columns, byte* packed, int width);

        /// <summary>The same from a transposed factor, [columns, depth].</summary>
        static abstract void PackColumns(byte* source, long stride, int depth, int columns, byte* packed, int width);

        /// <summary>target[j, i] = source[i, j]</summary>
        /// <param name="source">[rows, columns], rows <paramref name="stride"/> numbers apart.</param>
        /// <param name="stride">Distance of rows.</param>
        /// <param name="rows">Rows; a multiple of <see cref="DepthUnit"/>.</param>
        /// <param name="columns">Columns.</param>
        /// <param name="target">[columns, rows], rows <paramref name="targetStride"/> numbers apart.</param>
        /// <param name="targetStride">Distance of rows; a multiple of <see cref="DepthUnit"/>.</param>
        /// <param name="scratch">As large as the source.</param>
        static abstract void Turn(byte* source, long stride, int rows, int columns, byte* target, long targetStride, byte* scratch);

        /// <inheritdoc cref="BlockKernel.BFloat16"/>
        static abstract void Multiply(in Block block, bool adds, byte* a, byte* b, float* c);
    }
}

namespace Pipeline.Models.Runtime
{
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

        public static void Turn(byte* source, long stride, int rows, int columns, byte* target, long targetStride, byte* scratch) =>
            Packing.Transpose((uint*)source, stride, rows, columns, (uint*)target, targetStride);

        public static void Multiply(in Block block, bool adds, byte* a, byte* b, float* c) => BlockKernel.Float32(block, adds, a, b, c);
    }

    internal readonly unsafe partial struct BFloat16Element : IProductElement
    {
        public static ScalarType Type => ScalarType.BFloat16;

        public static int DepthUnit => 2;

        public static void PackRows(byte* source, long stride, int depth, int columns, byte* packed, int width) =>
            Packing.Interleave((ushort*)source, stride, depth, columns, (ushort*)packed, width);

        // A pair of neighbours is one number of 32 bits.
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

        public static void Turn(byte* source, long stride, int rows, int columns, byte* target, long targetStride, byte* scratch)
        {
            Packing.Interleave((ushort*)source, stride, rows, columns, (ushort*)scratch, columns);
            Packing.Transpose((uint*)scratch, columns, rows / 2, columns, (uint*)target, targetStride / 2);
        }

        public static void Multiply(in Block block, bool adds, byte* a, byte* b, float* c) => BlockKernel.BFloat16(block, adds, a, b, c);
    }
}
