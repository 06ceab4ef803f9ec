using Pipeline.Models.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>
/// Cosine and sine of the rotary positions, and their application to queries and keys. Reference: transformers
/// <c>modeling_rope_utils</c> and <c>Qwen2VLRotaryEmbedding</c>.
/// </summary>
public sealed class RotaryEmbedding
{
    private readonly RopeConfig _config;
    private readonly Tensor _frequencies;       // [dims / 2], float32
    private readonly Tensor? _longFrequencies;  // [dims / 2], longrope only

    internal RotaryEmbedding(RopeConfig config, Device device)
    {
        _config = config;
        double[] inverse = [.. Enumerable.Range(0, config.Dimensions / 2).Select(i => 1.0 / Math.Pow(config.Theta, 2.0 * i / config.Dimensions))];
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

    /// <summary>Whether so many positions use longrope's long factors.</summary>
    internal bool UsesLong(long totalLength) => _config.Kind == RopeKind.LongRope && totalLength > _config.OriginalMaxPositions;

    /// <summary>True when the angles of earlier positions depend on how long the sequence becomes.</summary>
    internal bool DependsOnLength => _config.Kind == RopeKind.LongRope;

    /// <summary>Tables of the given positions.</summary>
    /// <param name="positionIds">[batch, seq], or [3, batch, seq] for mrope; int64.</param>
    /// <param name="useLong">Longrope's long factors.</param>
    /// <param name="dtype">Type of the result; angles are computed in float32.</param>
    /// <returns>Cosine and sine, each [batch, 1, seq, dims].</returns>
    internal (Tensor Cos, Tensor Sin) Tables(Tensor positionIds, bool useLong, ScalarType dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor frequencies = useLong ? _longFrequencies! : _frequencies;
        Tensor positions = positionIds.to(ScalarType.Float32).unsqueeze(-1);
        Tensor angles = positions * frequencies;                        // [(3,) batch, seq, dims / 2]
        if (_config.Kind == RopeKind.Mrope)
            angles = SelectAxes(angles, positionIds.dim() == 3);
        Tensor doubled = cat([angles, angles], -1).unsqueeze(1);        // [batch, 1, seq, dims]
        Tensor cos = doubled.cos();
        Tensor sin = doubled.sin();
        if (_config.AttentionFactor != 1)
        {
            cos.mul_(_config.AttentionFactor);
            sin.mul_(_config.AttentionFactor);
        }
        return (cos.to(dtype).MoveToOuterDisposeScope(), sin.to(dtype).MoveToOuterDisposeScope());
    }

    /// <summary>Rotates the first dims of each head (the rest passes): x cos + rotate_half(x) sin.</summary>
    /// <param name="x">[batch, heads, seq, head]</param>
    /// <param name="cos">[batch, 1, seq, dims]</param>
    /// <param name="sin">[batch, 1, seq, dims]</param>
    internal static Tensor Apply(Tensor x, Tensor cos, Tensor sin)
    {
        using DisposeScope scope = NewDisposeScope();
        long dims = cos.shape[^1];
        long head = x.shape[^1];
        Tensor rotated = dims == head ? x : x.narrow(-1, 0, dims);
        Tensor first = rotated.narrow(-1, 0, dims / 2);
        Tensor second = rotated.narrow(-1, dims / 2, dims / 2);
        Tensor turned = rotated * cos + cat([-second, first], -1) * sin;
        Tensor result = dims == head ? turned : cat([turned, x.narrow(-1, dims, head - dims)], -1);
        return result.MoveToOuterDisposeScope();
    }

    // mrope: each block of frequencies takes its angle from one axis; plain text has the same position on all three.
    private Tensor SelectAxes(Tensor angles, bool threeAxes)
    {
        if (!threeAxes)
            return angles;
        var blocks = new List<Tensor>();
        long start = 0;
        for (int axis = 0; axis < _config.MropeSection.Count; axis++)
        {
            blocks.Add(angles[axis].narrow(-1, start, _config.MropeSection[axis]));
            start += _config.MropeSection[axis];
        }
        return cat(blocks, -1);
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
        tensor(values.Select(v => (float)v).ToArray(), device: device.type == TorchSharp.DeviceType.META ? CPU : device).DetachFromDisposeScope();
}
