using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Pipeline.Jobs.Extract;

/// <summary>Page rasters and the limits of one document. Section <c>extraction</c> of a run.</summary>
public sealed record ExtractionOptions
{
    /// <summary>Resolution of page rasters in dots per inch.</summary>
    [Range(36, 600)] public int RasterDpi { get; init; } = 150;

    /// <summary>Time limit of one document.</summary>
    [Range(1, 3600)] public int SecondsPerDocument { get; init; } = 120;

    /// <summary>Memory limit of the process that parses one document.</summary>
    [Range(256, 65536)] public int MegabytesPerDocument { get; init; } = 2048;

    /// <summary>Longest document that is accepted.</summary>
    [Range(1, 100000)] public int MaxPages { get; init; } = 5000;

    /// <summary>
    /// What changes the output, of these options and of the extractor: together with the SHA-256 of the PDF, the key
    /// under which an extraction can be stored.
    /// </summary>
    [JsonIgnore]
    public string CacheKey =>
        string.Create(CultureInfo.InvariantCulture, $"{DocumentExtractor.ExtractorVersion}/dpi{RasterDpi}");
}
