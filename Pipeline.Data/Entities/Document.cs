namespace Pipeline.Data.Entities;

/// <summary>A file by its content. The same bytes in two folders are one document.</summary>
public sealed class Document
{
    private Document() { }

    /// <summary>A document whose bytes are in the artifact store.</summary>
    public Document(string sha256, string fileName, long bytes, DateTimeOffset createdAt)
    {
        Sha256 = sha256;
        FileName = fileName;
        Bytes = bytes;
        CreatedAt = createdAt;
    }

    /// <summary>Hash of the bytes, lower-case hexadecimal; also the artifact's name.</summary>
    public string Sha256 { get; private init; } = "";
    /// <summary>Name under which it was first seen.</summary>
    public string FileName { get; private init; } = "";
    /// <summary>Size.</summary>
    public long Bytes { get; private init; }
    /// <summary>When it was first seen.</summary>
    public DateTimeOffset CreatedAt { get; private init; }
}
