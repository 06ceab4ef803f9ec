using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.View;

/// <summary>One document in the list of documents: extracted, or refused for a reason.</summary>
/// <param name="FileName">Name of the PDF.</param>
public sealed record ViewEntry(string FileName)
{
    /// <summary>Folder of the extracted document beside the list.</summary>
    public string Folder { get; private init; } = "";

    /// <summary>Its title.</summary>
    public string? Title { get; private init; }

    /// <summary>How many pages it has.</summary>
    public int Pages { get; private init; }

    /// <summary>How many figures it has.</summary>
    public int Figures { get; private init; }

    /// <summary>How many tables it has.</summary>
    public int Tables { get; private init; }

    /// <summary>Its warnings.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Why it could not be extracted.</summary>
    public string? Error { get; private init; }

    /// <summary>A document that was extracted.</summary>
    /// <param name="document">The document.</param>
    /// <param name="folder">Its folder beside the list.</param>
    public static ViewEntry Of(ExtractedDocument document, string folder) => new(document.FileName)
    {
        Folder = folder,
        Title = document.Title,
        Pages = document.Pages.Count,
        Figures = document.Figures.Count,
        Tables = document.Tables.Count,
        Warnings = document.Warnings,
    };

    /// <summary>A document that could not be extracted.</summary>
    public static ViewEntry Refused(string fileName, string error) => new(fileName) { Error = error };
}
