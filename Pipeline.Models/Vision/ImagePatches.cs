namespace Pipeline.Models.Vision;

/// <summary>One image as the vision tower reads it.</summary>
/// <param name="Values">
/// Normalized pixels, [patches, channels × temporal × patch × patch], row by row. Patches follow each other in blocks of
/// merge × merge, so that the patches that become one token are neighbours.
/// </param>
/// <param name="Grid">Patches down and across.</param>
public sealed record ImagePatches(float[] Values, PatchGrid Grid);
