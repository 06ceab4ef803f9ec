using System.Globalization;

namespace Pipeline.Jobs.Extract.Ocr;

/// <summary>
/// What OCR is done with. The host finds it and hands it to the parser process, so that a cache key and the extraction stored under it
/// always agree.
/// </summary>
/// <param name="Mode">Which pages.</param>
/// <param name="Program">Path of Tesseract; null when it is not installed.</param>
/// <param name="Version">Of the program, such as <c>tesseract 5.3.0</c>; empty without one.</param>
/// <param name="Languages">The languages asked for that are installed.</param>
/// <param name="Missing">The languages asked for that are not.</param>
internal sealed record OcrSettings(
    OcrMode Mode, string? Program, string Version, IReadOnlyList<string> Languages, IReadOnlyList<string> Missing)
{
    public static OcrSettings Off { get; } = new(OcrMode.Off, null, "", [], []);

    /// <summary>Whether pages can be read.</summary>
    public bool Available => Program is not null && Languages.Count > 0;

    /// <summary>What changes the output: an extraction made without Tesseract is not the one made with it.</summary>
    public string Key => Mode == OcrMode.Off
        ? "ocr-off"
        : string.Create(CultureInfo.InvariantCulture,
            $"ocr-{Mode}/{(Available ? $"{Version}/{string.Join('+', Languages)}" : "none")}").ToLowerInvariant();

    /// <summary>What to install, for messages.</summary>
    public string Fix => Program is null
        ? "install Tesseract (./pipeline install --ocr) to read it"
        : $"install its language (apt-get install {string.Join(' ', Missing.Select(Tesseract.PackageOf))}) to read it";

    /// <summary>Looks for Tesseract and its languages.</summary>
    /// <exception cref="Models.MissingPrerequisiteException">A program named by the user is not there.</exception>
    public static OcrSettings For(ExtractionOptions options)
    {
        if (options.Ocr == OcrMode.Off)
            return Off;
        string[] wanted = [.. options.OcrLanguages.Split('+').Distinct(StringComparer.Ordinal)];
        if (Tesseract.Find() is not { } program)
            return new OcrSettings(options.Ocr, null, "", [], wanted);
        (string version, IReadOnlySet<string> installed) = Tesseract.Describe(program, wanted);
        return new OcrSettings(
            options.Ocr, program, version, [.. wanted.Where(installed.Contains)], [.. wanted.Where(l => !installed.Contains(l))]);
    }
}
