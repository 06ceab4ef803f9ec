using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Vision;

/// <summary>
/// Rotary embedding over two axes: the first half of a head's frequencies rotates with the row of the patch, the second
/// with its column. Reference: transformers <c>VisionRotaryEmbedding</c>.
/// </summary>
internal static class VisionRotary
{
    private const double Theta = 10_000;

    /// <summary>Cosines and sines of every patch of every image, each [patches, 1, head] in float32.</summary>
    public static (Tensor Cos, Tensor Sin) Tables(IReadOnlyList<PatchGrid> grids, VisionConfig config, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        int quarter = config.HeadDim / 4, half = config.HeadDim / 2;
        float[] inverse = new float[quarter];
        for (int i = 0; i < quarter; i++)
            inverse[i] = (float)(1 / Math.Pow(Theta, 2.0 * i / half));

        float[] angles = new float[(long)grids.Sum(g => g.Patches) * half];
        int at = 0;
        foreach (PatchGrid grid in grids)
            foreach ((int row, int column) in InMergeOrder(grid, config.SpatialMergeSize))
            {
                for (int i = 0; i < quarter; i++)
                {
                    angles[at + i] = row * inverse[i];
                    angles[at + quarter + i] = column * inverse[i];
                }
                at += half;
            }
        Tensor angle = torch.tensor(angles, device: device).view(-1, 1, half);
        Tensor both = cat([angle, angle], dim: -1);
        return (both.cos().MoveToOuterDisposeScope(), both.sin().MoveToOuterDisposeScope());
    }

    /// <summary>Rotates each head by its patch's angles.</summary>
    /// <param name="x">[patches, heads, head]</param>
    /// <param name="cos">[patches, 1, head]</param>
    /// <param name="sin">[patches, 1, head]</param>
    public static Tensor Apply(Tensor x, Tensor cos, Tensor sin)
    {
        long half = x.shape[^1] / 2;
        // Angles are float32: a bfloat16 cosine would blur the position of distant patches.
        Tensor wide = x.to_type(ScalarType.Float32);
        Tensor rotated = cat([-wide.narrow(-1, half, half), wide.narrow(-1, 0, half)], dim: -1);
        return (wide * cos + rotated * sin).to_type(x.dtype);
    }

    private static IEnumerable<(int Row, int Column)> InMergeOrder(PatchGrid grid, int merge)
    {
        for (int top = 0; top < grid.Height; top += merge)
            for (int left = 0; left < grid.Width; left += merge)
                for (int row = top; row < top + merge; row++)
                    for (int column = left; column < left + merge; column++)
                        yield return (row, column);
    }
}
