namespace Pipeline.Data.Entities;

/// <summary>A file of the artifact store that some row refers to.</summary>
public sealed class Artifact
{
    private Artifact() { }

    /// <summary>A stored file.</summary>
    public Artifact(string sha256, long bytes, DateTimeOffset createdAt)
    {
        Sha256 = sha256;
        Bytes = bytes;
        CreatedAt = createdAt;
    }

    /// <summary>Hash of the bytes and name of the file.</summary>
    public string Sha256 { get; private init; } = "";
    /// <summary>Size.</summary>
    public long Bytes { get; private init; }
    /// <summary>When it was first stored.</summary>
    public DateTimeOffset CreatedAt { get; private init; }
}
