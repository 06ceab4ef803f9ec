using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract;

/// <summary>Where the files of one extracted document are, and what they hold.</summary>
/// <param name="Folder">Folder with all files; the paths inside the document are relative to it.</param>
/// <param name="Document">The content of <c>document.json</c>.</param>
public sealed record ExtractionResult(string Folder, ExtractedDocument Document)
{
    /// <summary>Name of the Markdown file.</summary>
    public const string MarkdownFile = "document.md";

    /// <summary>Name of the file with blocks, figures and tables; written last, it marks the folder complete.</summary>
    public const string JsonFile = "document.json";

    /// <summary>Name of the page for people, where it was asked for.</summary>
    public const string HtmlFile = "document.html";

    /// <summary>The Markdown in reading order.</summary>
    public string MarkdownPath => Path.Combine(Folder, MarkdownFile);

    /// <summary>Blocks with their places, figures, tables.</summary>
    public string JsonPath => Path.Combine(Folder, JsonFile);
}
