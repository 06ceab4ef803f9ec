using static TorchSharp.torch;

namespace Pipeline.Models.Quantization;

/// <summary>A layer's weight in full, until disposed.</summary>
internal sealed class BorrowedWeight(Tensor dense, BaseQuantization.Loan? loan) : IDisposable
{
    /// <summary>[out, in]</summary>
    public Tensor Dense { get; } = dense;

    public void Dispose()
    {
        Dense.Dispose();
        loan?.Dispose();
    }
}
