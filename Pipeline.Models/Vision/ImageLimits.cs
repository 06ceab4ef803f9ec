namespace Pipeline.Models.Vision;

/// <summary>Size limits beyond which an encoded image is refused.</summary>
public sealed record ImageLimits
{
    /// <summary>The limits that apply unless the caller passes others.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>Largest file, in bytes.</summary>
    public int MaxBytes { get; init; } = 20 * 1024 * 1024;

    /// <summary>Largest picture, width × height in pixels, as declared by the file and as decoded.</summary>
    public long MaxPixels { get; init; } = 60_000_000;

    /// <summary>Longest side, in pixels.</summary>
    public int MaxSide { get; init; } = 20_000;
}
