using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>
/// Cosine and sine of the rotary positions, and their application to queries and keys. Reference: transformers
/// <c>modeling_rope_utils</c> and <c>Qwen2VLRotaryEmbedding</c>.
/// </summary>
internal sealed class RotaryEmbedding
{
    private const long SmallestTable = 256;     // rows

    private readonly RopeConfig _config;
    private readonly Tensor _frequencies;       // [dims / 2], float32
    private readonly Tensor? _longFrequencies;  // [dims / 2], longrope only
    private readonly Dictionary<(bool Long, ScalarType DType), (Tensor Cos, Tensor Sin)> _tables = [];    // [rows, dims / 2]

    public RotaryEmbedding(RopeConfig config, Device device)
    {
        _config = config;
        double[] inverse = [.. Enumerable.Range(0, config.Dimensions / 2)
            .Select(i => 1.0 / Math.Pow(config.Theta, 2.0 * i / config.Dimensions))];
        // The tables outlive every dispose scope of the caller.
        _frequencies = ToTensor(config.Kind switch
        {
            RopeKind.LongRope => [.. inverse.Zip(config.ShortFactor, (f, s) => f / s)],
            RopeKind.Llama3 => [.. inverse.Select(f => ScaleLlama3(f, config))],
            _ => inverse,
        }, device);
        if (config.Kind == RopeKind.LongRope)
            _longFrequencies = ToTensor([.. inverse.Zip(config.LongFactor, (f, l) => f / l)], device);
    }

    /// <summary>Whether this many positions use longrope's long factors.</summary>
    public bool UsesLong(long totalLength) => _config.Kind == RopeKind.LongRope && totalLength > _config.OriginalMaxPositions;

    /// <summary>Shortest length that uses them; more than any length without longrope.</summary>
    public long FirstLong => _config.Kind == RopeKind.LongRope ? _config.OriginalMaxPositions + 1 : long.MaxValue;

    /// <summary>True when the angles of earlier positions depend on how long the sequence becomes.</summary>
    public bool DependsOnLength => _config.Kind == RopeKind.LongRope;

    /// <summary>Factors for consecutive positions, the same in every row: views of a table that is computed once.</summary>
    /// <param name="start">First position.</param>
    /// <param name="length">Number of positions.</param>
    /// <param name="useLong">Longrope's long factors.</param>
    /// <param name="dtype">Type of the result; angles are computed in float32.</param>
    /// <returns>Cosine and sine, each [1, 1, length, dims / 2].</returns>
    public (Tensor Cos, Tensor Sin) Consecutive(long start, long length, bool useLong, ScalarType dtype)
    {
        (Tensor cos, Tensor sin) = Table(start + length, useLong, dtype);
        return (cos.narrow(0, start, length).view(1, 1, length, -1), sin.narrow(0, start, length).view(1, 1, length, -1));
    }

    /// <summary>Factors for given positions.</summary>
    /// <param name="positionIds">[batch, seq], or [3, batch, seq] for mrope; int64.</param>
    /// <param name="length">One more than the largest position.</param>
    /// <param name="useLong">Longrope's long factors.</param>
    /// <param name="dtype">Type of the result; angles are computed in float32.</param>
    /// <returns>Cosine and sine, each [batch, 1, seq, dims / 2].</returns>
    public (Tensor Cos, Tensor Sin) At(Tensor positionIds, long length, bool useLong, ScalarType dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor cos, Tensor sin) = Table(length, useLong, dtype);
        return (Rows(cos, positionIds).MoveToOuterDisposeScope(), Rows(sin, positionIds).MoveToOuterDisposeScope());
    }

    /// <summary>Rotates the first dims of each head, in pairs (i, i + dims / 2); the rest passes through.</summary>
    /// <param name="x">[batch, heads, seq, head]</param>
    /// <param name="cos">[batch or 1, 1, seq, dims / 2]</param>
    /// <param name="sin">[batch or 1, 1, seq, dims / 2]</param>
    /// <returns>[batch, heads, seq, head], contiguous.</returns>
    public static Tensor Apply(Tensor x, Tensor cos, Tensor sin)
    {
        using DisposeScope scope = NewDisposeScope();
        long half = cos.shape[^1];
        long rest = x.shape[^1] - 2 * half;
        Tensor first = x.narrow(-1, 0, half);
        Tensor second = x.narrow(-1, half, half);
        Tensor turnedFirst = (first * cos).addcmul(second, sin, -1);
        Tensor turnedSecond = (second * cos).addcmul(first, sin, 1);
        Tensor[] parts = rest == 0 ? [turnedFirst, turnedSecond] : [turnedFirst, turnedSecond, x.narrow(-1, 2 * half, rest)];
        return cat(parts, -1).MoveToOuterDisposeScope();
    }

    private Tensor Rows(Tensor table, Tensor positionIds)
    {
        if (positionIds.dim() == 2)
            return Gather(table, positionIds);
        // mrope: each block of frequencies takes its angle from one axis.
        Tensor[] blocks = table.split([.. _config.MropeSection.Select(s => (long)s)], 1);
        return cat([.. blocks.Select((block, axis) => Gather(block, positionIds[axis]))], -1);
    }

    private static Tensor Gather(Tensor table, Tensor positionIds) =>
        table.index_select(0, positionIds.reshape(-1)).view(positionIds.shape[0], 1, positionIds.shape[1], table.shape[1]);

    /// <summary>The table that positions are looked up in; it stays as it is when a longer one takes its place.</summary>
    /// <param name="length">Positions that are needed.</param>
    /// <param name="useLong">Longrope's long factors.</param>
    /// <param name="dtype">Type of the result; angles are computed in float32.</param>
    /// <returns>Cosine and sine, each [at least length, dims / 2].</returns>
    internal (Tensor Cos, Tensor Sin) Table(long length, bool useLong, ScalarType dtype)
    {
        lock (_tables)
        {
            if (_tables.TryGetValue((useLong, dtype), out (Tensor Cos, Tensor Sin) known) && known.Cos.shape[0] >= length)
                return known;
            long rows = SmallestTable;
            while (rows < length)
                rows *= 2;
            // A smaller table is left to the garbage collector: another thread may still be reading it.
            return _tables[(useLong, dtype)] = Build(rows, useLong, dtype);
        }
    }

    private (Tensor Cos, Tensor Sin) Build(long rows, bool useLong, ScalarType dtype)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor frequencies = useLong ? _longFrequencies! : _frequencies;
        Tensor angles = arange(rows, dtype: ScalarType.Float32, device: frequencies.device).unsqueeze(1) * frequencies;
        Tensor cos = (angles.cos() * _config.AttentionFactor).to(dtype);
        Tensor sin = (angles.sin() * _config.AttentionFactor).to(dtype);
        return (cos.DetachFromDisposeScope(), sin.DetachFromDisposeScope());
    }

    private static double ScaleLlama3(double frequency, RopeConfig config)
    {
        double wavelength = 2 * Math.PI / frequency;
        double lowWavelength = config.OriginalMaxPositions / config.LowFreqFactor;
        double highWavelength = config.OriginalMaxPositions / config.HighFreqFactor;
        if (wavelength < highWavelength)
            return frequency;
        if (wavelength > lowWavelength)
            return frequency / config.Factor;
        double smooth = (config.OriginalMaxPositions / wavelength - config.LowFreqFactor) / (config.HighFreqFactor - config.LowFreqFactor);
        return (1 - smooth) * frequency / config.Factor + smooth * frequency;
    }

    private static Tensor ToTensor(double[] values, Device device) =>
        tensor(values.Select(v => (float)v).ToArray(), device: device.type == TorchSharp.DeviceType.META ? CPU : device)
        .DetachFromDisposeScope();
}
