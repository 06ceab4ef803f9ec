using static TorchSharp.torch;

namespace Pipeline.Models.Quantization;

/// <summary>
/// How a model stores its frozen linear layers, and the one buffer into which they are dequantized in turn, so that only a
/// single layer exists in full at any time. Owned by the model.
/// </summary>
internal sealed class BaseQuantization : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Device _device;
    private Tensor? _free;
    private bool _disposed;

    /// <param name="bits">8 or 4.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="storage">What the weights are for; blocks are for the CPU alone, elsewhere the trainable form serves.</param>
    /// <exception cref="InputException">Another number of bits.</exception>
    public BaseQuantization(int bits, Device device, QuantizedStorage storage = QuantizedStorage.Trainable)
    {
        if (bits is not (8 or 4))
            throw new InputException($"quantization: {bits} bits are not supported; use 8 or 4");
        (Bits, _device) = (bits, device);
        Storage = device.type == TorchSharp.DeviceType.CPU ? storage : QuantizedStorage.Trainable;
    }

    /// <summary>The form of the weights.</summary>
    public QuantizedStorage Storage { get; }

    /// <summary>Bits of a weight, without its scales.</summary>
    public int Bits { get; }

    /// <summary>Lends the buffer, or a new one if it is already lent.</summary>
    /// <param name="elements">Minimum length.</param>
    /// <param name="dtype">Element type.</param>
    public Loan Borrow(long elements, ScalarType dtype)
    {
        lock (_gate)
        {
            Tensor? free = _free;
            _free = null;
            if (free is not null && free.dtype == dtype && free.NumberOfElements >= elements)
                return new Loan(this, free);
            free?.Dispose();
        }
        return new Loan(this, empty(elements, dtype: dtype, device: _device).DetachFromDisposeScope());
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
