using static TorchSharp.torch;

namespace Pipeline.Models.Runtime.Products;

/// <summary>What <see cref="BlockedProduct{T}"/> needs to know about a number type.</summary>
internal unsafe interface IProductElement : IElement
{
    /// <summary>Its name for libtorch.</summary>
    static abstract ScalarType Type { get; }

    /// <summary>Depths of a product are multiples of this.</summary>
    static abstract int DepthUnit { get; }

    /// <summary>Packs a part of a right factor whose rows are contiguous.</summary>
    /// <param name="source">[depth, columns], rows <paramref name="stride"/> numbers apart.</param>
    /// <param name="stride">Row stride.</param>
    /// <param name="depth">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="packed">Result, rows (or pairs of them) of <paramref name="width"/> columns.</param>
    /// <param name="width">Columns of the result; those from <paramref name="columns"/> on are left untouched.</param>
    static abstract void PackRows(byte* source, long stride, int depth, int columns, byte* packed, int width);

    /// <summary>The same from a transposed factor, [columns, depth].</summary>
    static abstract void PackColumns(byte* source, long stride, int depth, int columns, byte* packed, int width);

    /// <summary>target[j, i] = source[i, j]</summary>
    /// <param name="source">[rows, columns], rows <paramref name="stride"/> numbers apart.</param>
    /// <param name="stride">Row stride.</param>
    /// <param name="rows">Rows; a multiple of <see cref="DepthUnit"/>.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="target">[columns, rows], rows <paramref name="targetStride"/> numbers apart.</param>
    /// <param name="targetStride">Row stride; a multiple of <see cref="DepthUnit"/>.</param>
    /// <param name="scratch">As large as the source.</param>
    static abstract void Transpose(byte* source, long stride, int rows, int columns, byte* target, long targetStride, byte* scratch);

    /// <inheritdoc cref="BlockKernel.BFloat16"/>
    static abstract void Multiply(in Block block, bool adds, byte* a, byte* b, float* c);
}
