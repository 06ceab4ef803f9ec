namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>A formula on lines of its own.</summary>
public sealed record DocumentFormula
{
    /// <summary>Unique in the document: <c>formula-3</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The number printed beside it, without parentheses: <c>2.4</c>.</summary>
    public string? Number { get; init; }

    /// <summary>Page, from 1.</summary>
    public required int Page { get; init; }

    /// <summary>Where it is on the page, without its number.</summary>
    public required Box Box { get; init; }

    /// <summary>The formula as TeX, where the places of its characters are certain; otherwise its picture stands for it.</summary>
    public string? Tex { get; init; }

    /// <summary>The image file, relative to the folder of the document: <c>images/formula-3.png</c>.</summary>
    public required string Image { get; init; }

    /// <summary>SHA-256 of the image file in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Width of the image in pixels.</summary>
    public required int PixelWidth { get; init; }

    /// <summary>Height of the image in pixels.</summary>
    public required int PixelHeight { get; init; }
}
