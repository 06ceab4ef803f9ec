namespace Pipeline.Models.Vision;

/// <summary>How many patches an image has, down and across. Both are multiples of the merge size.</summary>
/// <param name="Height">Patches from top to bottom.</param>
/// <param name="Width">Patches from left to right.</param>
public readonly record struct PatchGrid(int Height, int Width)
{
    /// <summary>Total number of patches.</summary>
    public int Patches => Height * Width;

    /// <summary>Tokens the image occupies in the text.</summary>
    /// <param name="mergeSize">Patches per side that become one token.</param>
    public int Tokens(int mergeSize) => Patches / (mergeSize * mergeSize);
}
