using static TorchSharp.torch;

namespace Pipeline.Models.Quantization;

/// <summary>
/// How a model stores its frozen linear layers, and the one buffer into which they are dequantized in turn, so that at any
/// time a single layer is there in full. Owned by the model.
/// </summary>
internal sealed class BaseQuantization : IDisposable
{
    private readonly Lock _gate = new();
    private Tensor? _free;
    private bool _disposed;

    /// <param name="bits">8 or 4.</param>
    /// <exception cref="InputException">Another number.</exception>
    public BaseQuantization(int bits)
    {
        if (bits is not (8 or 4))
            throw new InputException($"quantization: {bits} bits are not supported; use 8 or 4");
        Bits = bits;
    }

    /// <summary>Bits of a weight, without its scales.</summary>
    public int Bits { get; }

    /// <summary>Lends the buffer, or a new one while it is lent already.</summary>
    /// <param name="elements">Least length.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="device">Device.</param>
    public Loan Borrow(long elements, ScalarType dtype, Device device)
    {
        lock (_gate)
        {
            Tensor? free = _free;
            _free = null;
            if (free is not null && free.dtype == dtype && free.NumberOfElements >= elements && free.device.Equals(device))
                return new Loan(this, free);
            free?.Dispose();
        }
        return new Loan(this, empty(elements, dtype: dtype, device: device).DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _free?.Dispose();
            _free = null;
        }
    }

    private void Return(Tensor buffer)
    {
        lock (_gate)
        {
            if (_disposed || _free is not null && _free.NumberOfElements >= buffer.NumberOfElements)
            {
                buffer.Dispose();
                return;
            }
            _free?.Dispose();
            _free = buffer;
        }
    }

    /// <summary>A lent buffer; disposing it gives it back.</summary>
    internal readonly struct Loan(BaseQuantization owner, Tensor buffer) : IDisposable
    {
        /// <summary>One-dimensional, of arbitrary content.</summary>
        public Tensor Buffer { get; } = buffer;

        public void Dispose() => owner.Return(Buffer);
    }
}
