namespace Pipeline.Data.Entities;

/// <summary>A document's part in one run.</summary>
public sealed class RunDocument
{
    private RunDocument() { }

    /// <summary>A document that takes part in a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="path">Path below the source folder, or the uploaded name; unique in the run.</param>
    /// <param name="documentSha256">Its content.</param>
    /// <param name="duplicateOf">Path of the file of this run with the same content, or null. Duplicates are not processed.</param>
    public RunDocument(Guid runId, string path, string documentSha256, string? duplicateOf = null)
    {
        Id = Guid.CreateVersion7();
        RunId = runId;
        Path = path;
        DocumentSha256 = documentSha256;
        DuplicateOf = duplicateOf;
    }

    /// <summary>Identity.</summary>
    public Guid Id { get; private init; }
    /// <summary>The run.</summary>
    public Guid RunId { get; private init; }
    /// <summary>Path below the source folder, or the uploaded name.</summary>
    public string Path { get; private init; } = "";
    /// <summary>Its content.</summary>
    public string DocumentSha256 { get; private init; } = "";
    /// <summary>Path of the file with the same content that is processed instead.</summary>
    public string? DuplicateOf { get; private init; }
    /// <summary>Extraction used, once there is one.</summary>
    public Guid? ExtractionId { get; set; }
    /// <summary>Artifact of <c>document.captioned.md</c>, once captioned.</summary>
    public string? CaptionedMarkdownSha256 { get; set; }
    /// <summary>Figures described.</summary>
    public int Captions { get; set; }
}
