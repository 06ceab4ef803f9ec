namespace Pipeline.Models.Vision;

/// <summary>One image as the vision tower reads it.</summary>
/// <param name="Values">
/// Normalized pixels, [patches, channels × temporal × patch × patch], row by row. Patches follow each other in blocks of
/// merge × merge, so that the patches that become one token are neighbours.
/// </param>
/// <param name="GridHeight">Patches from top to bottom.</param>
/// <param name="GridWidth">Patches from left to right.</param>
public sealed record ImagePatches(float[] Values, int GridHeight, int GridWidth)
{
    /// <summary>Patches in all.</summary>
    public int Count => GridHeight * GridWidth;

    /// <summary>Numbers per patch.</summary>
    public int PatchLength => Values.Length / Count;
}
