using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Models;

namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>Everything extracted from one PDF; the content of <c>document.json</c>.</summary>
public sealed record ExtractedDocument
{
    private const string CurrentFormat = "pipeline-document/2", FirstFormat = "pipeline-document/1";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // our own file, never embedded in a web page
        WriteIndented = true,
        NewLine = "\n",
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Name and version of this format.</summary>
    public string Format { get; init; } = CurrentFormat;

    /// <summary>Version of the extractor that wrote it, <see cref="DocumentExtractor.ExtractorVersion"/>.</summary>
    public required string ExtractorVersion { get; init; }

    /// <summary>Name of the PDF without its folder.</summary>
    public required string FileName { get; init; }

    /// <summary>SHA-256 of the PDF in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the PDF.</summary>
    public required long Bytes { get; init; }

    /// <summary>First heading, or the title in the file's own metadata.</summary>
    public string? Title { get; init; }

    /// <summary>Notes for the reader: a repaired file, pages without text.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>All pages in order.</summary>
    public required IReadOnlyList<DocumentPage> Pages { get; init; }

    /// <summary>Fonts of the text.</summary>
    public required IReadOnlyList<DocumentFont> Fonts { get; init; }

    /// <summary>All blocks in reading order, headers and footers included.</summary>
    public required IReadOnlyList<DocumentBlock> Blocks { get; init; }

    /// <summary>All figures in reading order.</summary>
    public required IReadOnlyList<DocumentFigure> Figures { get; init; }

    /// <summary>All tables in reading order.</summary>
    public required IReadOnlyList<DocumentTable> Tables { get; init; }

    /// <summary>All displayed formulas in reading order; files of older versions have none.</summary>
    public IReadOnlyList<DocumentFormula> Formulas { get; init; } = [];

    /// <summary>Reads a <c>document.json</c>.</summary>
    /// <exception cref="InputException">Missing, not JSON, or of another format.</exception>
    public static ExtractedDocument Load(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return Load(file, path);
        }
        catch (FileNotFoundException e)
        {
            throw new InputException($"{path}: no such file; it is written by extraction, next to document.md", e);
        }
    }

    /// <summary>Reads the content of a <c>document.json</c>.</summary>
    /// <param name="content">UTF-8 JSON.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="InputException">Not JSON, or of another format.</exception>
    public static ExtractedDocument Load(Stream content, string name)
    {
        try
        {
            JsonNode json = JsonNode.Parse(content) ?? throw new JsonException("found null");
            if (json is JsonObject { } read && (string?)read["format"] == FirstFormat)
                Upgrade(read);
            ExtractedDocument document = json.Deserialize<ExtractedDocument>(Json) ?? throw new JsonException("found null");
            return document.Format == CurrentFormat
                ? document
                : throw new InputException(
                $"{name}: format is '{document.Format}', expected '{CurrentFormat}'; extract the document again");
        }
        catch (JsonException e)
        {
            throw new InputException($"{name}: not an extracted document ({e.Message}); extract the PDF again", e);
        }
    }

    /// <summary>In the first format every table had one row of heads, stored beside the others.</summary>
    private static void Upgrade(JsonObject document)
    {
        foreach (JsonObject table in (document["tables"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (table["header"] is { } header && table["rows"] is JsonArray rows)
                rows.Insert(0, header.DeepClone());
            table.Remove("header");
            table["header_rows"] = 1;
        }
        document["format"] = CurrentFormat;
    }

    /// <summary>The document with a vision model's descriptions of its figures.</summary>
    /// <param name="descriptions">Description by figure id, such as <c>figure-3</c>; figures without one stay as they are.</param>
    public ExtractedDocument WithDescriptions(IReadOnlyDictionary<string, string> descriptions) => this with
    {
        Figures = Figures.Select(f => descriptions.TryGetValue(f.Id, out string? text) ? f with { Description = text } : f).ToList(),
    };

    /// <summary>Writes the document; the same document always gives the same bytes.</summary>
    public void Save(string path)
    {
        using FileStream file = File.Create(path);
        JsonSerializer.Serialize(file, this, Json);
        file.WriteByte((byte)'\n');
    }
}
