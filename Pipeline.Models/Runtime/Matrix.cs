using static TorchSharp.torch;

namespace Pipeline.Models.Runtime;

/// <summary>A CPU tensor's memory as rows: what a kernel needs to know about it.</summary>
/// <param name="Data">First number.</param>
/// <param name="Rows">Rows; all dimensions but the last together.</param>
/// <param name="Width">Numbers per row, contiguous.</param>
/// <param name="Stride">Numbers from one row to the next.</param>
internal readonly unsafe record struct Matrix(nint Data, long Rows, long Width, long Stride)
{
    /// <summary>Views a tensor whose rows are evenly spaced.</summary>
    /// <exception cref="ArgumentException">The numbers of a row are not contiguous, or the rows are not evenly spaced.</exception>
    public static Matrix Of(Tensor tensor)
    {
        long[] shape = tensor.shape, strides = tensor.stride();
        int last = shape.Length - 1;
        long rows = 1;
        for (int i = 0; i < last; i++)
            rows *= shape[i];
        bool even = shape[last] <= 1 || strides[last] == 1;
        for (int i = 0; i + 1 < last; i++)
            even &= shape[i] <= 1 || strides[i] == strides[i + 1] * shape[i + 1];
        if (!even)
            throw new ArgumentException(
                $"rows of shape [{string.Join(", ", shape)}] and strides [{string.Join(", ", strides)}] do not lie evenly", nameof(tensor));
        return new Matrix(TensorMemory.First(tensor), rows, shape[last], last == 0 ? shape[0] : strides[last - 1]);
    }

    /// <summary>First byte of a row.</summary>
    public byte* Row<T>(long row) where T : IElement => (byte*)Data + row * Stride * T.Size;
}
