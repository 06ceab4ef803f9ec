namespace Pipeline.Data.Entities;

/// <summary>The result of one extractor version for one document and one set of options. Reused by every later run.</summary>
public sealed class Extraction
{
    private Extraction() { }

    /// <summary>A finished extraction whose files are in the artifact store.</summary>
    /// <param name="documentSha256">The document.</param>
    /// <param name="extractorVersion">Version of the extractor's output.</param>
    /// <param name="optionsKey">Hash of the options that change the output.</param>
    /// <param name="files">Relative path (<c>document.md</c>, <c>images/figure-1.png</c>, …) to artifact hash.</param>
    /// <param name="pages">Pages.</param>
    /// <param name="figures">Figures.</param>
    /// <param name="warnings">What its reader should know, with pages.</param>
    /// <param name="createdAt">Now.</param>
    public Extraction(string documentSha256, string extractorVersion, string optionsKey, Dictionary<string, string> files, int pages,
        int figures, IReadOnlyList<string> warnings, DateTimeOffset createdAt)
    {
        Id = Guid.CreateVersion7(createdAt);
        DocumentSha256 = documentSha256;
        ExtractorVersion = extractorVersion;
        OptionsKey = optionsKey;
        Files = files;
        Pages = pages;
        Figures = figures;
        Warnings = [.. warnings];
        CreatedAt = createdAt;
    }

    /// <summary>Identity.</summary>
    public Guid Id { get; private init; }
    /// <summary>The document.</summary>
    public string DocumentSha256 { get; private init; } = "";
    /// <summary>Version of the extractor's output.</summary>
    public string ExtractorVersion { get; private init; } = "";
    /// <summary>Hash of the options that change the output.</summary>
    public string OptionsKey { get; private init; } = "";
    /// <summary>Relative path to artifact hash.</summary>
    public Dictionary<string, string> Files { get; private init; } = [];
    /// <summary>Pages.</summary>
    public int Pages { get; private init; }
    /// <summary>Figures.</summary>
    public int Figures { get; private init; }
    /// <summary>What its reader should know, with pages: repaired, turned, unreadable, kept as a picture.</summary>
    public string[] Warnings { get; private init; } = [];
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private init; }
}
