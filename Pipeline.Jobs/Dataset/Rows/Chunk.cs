using System.Text.Json.Serialization;

namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>
/// A piece of one section of one document, clean enough to teach from, and small enough to be read by a model at once. Everything
/// that rows are made of: later stages do not open the document again.
/// </summary>
public sealed record Chunk
{
    /// <summary>Hash over document, place and text: equal in equal documents, whatever the run.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the PDF.</summary>
    public required string DocumentSha256 { get; init; }

    /// <summary>File name of the PDF.</summary>
    public required string Document { get; init; }

    /// <summary>The document as a reader would name it.</summary>
    public required string Title { get; init; }

    /// <summary>Headings above it from the outermost to its own, without their printed numbers; empty before the first one.</summary>
    public required IReadOnlyList<string> Headings { get; init; }

    /// <summary>Id of the heading block of its section; empty before the first. With the document the cluster of statistics.</summary>
    public required string Section { get; init; }

    /// <summary>ISO 639-1 of its text; <c>und</c> where that is not certain.</summary>
    public required string Language { get; init; }

    /// <summary>Its blocks in reading order.</summary>
    public required IReadOnlyList<ChunkBlock> Blocks { get; init; }

    /// <summary>Its length by the base model's tokenizer.</summary>
    public required int Tokens { get; init; }

    /// <summary>The text of all blocks: lists with their markers, an empty line between other blocks.</summary>
    [JsonIgnore]
    public string Text => string.Concat(Blocks.Select((block, i) =>
        (i == 0 ? "" : block.Marker is not null && Blocks[i - 1].Marker is not null ? "\n" : "\n\n")
        + (block.Marker is null ? block.Text : $"{new string(' ', 2 * Math.Max(0, (block.Level ?? 1) - 1))}{block.Marker} {block.Text}")));
}
