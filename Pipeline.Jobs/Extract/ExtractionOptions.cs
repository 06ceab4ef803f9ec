using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Pipeline.Jobs.Extract.Ocr;

namespace Pipeline.Jobs.Extract;

/// <summary>Page rasters and the limits of one document. Section <c>extraction</c> of a run.</summary>
public sealed record ExtractionOptions
{
    private const string LanguagesPattern = "[A-Za-z][A-Za-z_]+(\\+[A-Za-z][A-Za-z_]+)*";
    /// <summary>What <see cref="OcrLanguages"/> must look like, for messages.</summary>
    public const string LanguagesExpected = "expected languages by Tesseract's names, such as eng or eng+deu";

    /// <summary>Resolution of page rasters in dots per inch.</summary>
    [Range(36, 600)] public int RasterDpi { get; init; } = 150;

    /// <summary>Time limit of one document.</summary>
    [Range(1, 3600)] public int SecondsPerDocument { get; init; } = 120;

    /// <summary>Memory limit of the process that parses one document.</summary>
    [Range(256, 65536)] public int MegabytesPerDocument { get; init; } = 2048;

    /// <summary>Longest document that is accepted.</summary>
    [Range(1, 100000)] public int MaxPages { get; init; } = 5000;

    /// <summary>Which pages Tesseract reads: those without usable text of their own, none, or all.</summary>
    public OcrMode Ocr { get; init; } = OcrMode.Auto;

    /// <summary>Languages that it reads, by Tesseract's names, joined by <c>+</c>; those that are not installed are left out.</summary>
    [Required, StringLength(200), RegularExpression(LanguagesPattern, ErrorMessage = LanguagesExpected)]
    public string OcrLanguages { get; init; } = "eng+spa";

    /// <summary>Whether a text can be the value of <see cref="OcrLanguages"/>.</summary>
    public static bool AreLanguages(string languages) =>
        languages.Length > 0 && new RegularExpressionAttribute(LanguagesPattern).IsValid(languages);

    /// <summary>
    /// What changes the output, of these options, of the extractor and of the installed Tesseract: together with the SHA-256 of the PDF,
    /// the key under which an extraction can be stored.
    /// </summary>
    [JsonIgnore]
    public string CacheKey =>
        string.Create(CultureInfo.InvariantCulture, $"{DocumentExtractor.ExtractorVersion}/dpi{RasterDpi}/{OcrSettings.For(this).Key}");
}
