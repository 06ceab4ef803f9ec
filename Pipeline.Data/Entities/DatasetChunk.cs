namespace Pipeline.Data.Entities;

/// <summary>
/// A clean piece of a document on its way to rows: what each stage of the dataset made of it, as JSON. One per part of a run, so that
/// a worker that dies costs one chunk of one stage.
/// </summary>
public sealed class DatasetChunk
{
    /// <summary>The run.</summary>
    public Guid RunId { get; init; }
    /// <summary>Key of its stage items; sorts in the order of documents and of reading.</summary>
    public required string Key { get; init; }
    /// <summary>SHA-256 of its document.</summary>
    public required string DocumentSha256 { get; init; }
    /// <summary>The chunk.</summary>
    public required string Chunk { get; init; }
    /// <summary>The facts found in it, once that stage is done.</summary>
    public string? Facts { get; set; }
    /// <summary>The rows written from it.</summary>
    public string? Rows { get; set; }
    /// <summary>The rows after verification, rejected ones included.</summary>
    public string? Verified { get; set; }
    /// <summary>Counts of calls and of rejected replies, for the funnel.</summary>
    public string? Counts { get; set; }
}
