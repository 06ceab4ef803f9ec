namespace Pipeline.Models.Vision;

/// <summary>One image in the form the vision tower reads.</summary>
/// <param name="Values">
/// Normalized pixels, [patches, channels × temporal × patch × patch], row by row. Patches are ordered in blocks of
/// merge × merge, so that the patches that become one token are adjacent.
/// </param>
/// <param name="Grid">Patches down and across.</param>
public sealed record ImagePatches(float[] Values, PatchGrid Grid);
