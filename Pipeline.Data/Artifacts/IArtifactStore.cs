namespace Pipeline.Data.Artifacts;

/// <summary>Files named by the sha256 of their bytes. Storing the same bytes twice stores them once.</summary>
public interface IArtifactStore
{
    /// <summary>Stores the bytes from the stream's position on. When the task ends they are on disk.</summary>
    /// <exception cref="StorageFullException">No space left.</exception>
    Task<StoredArtifact> PutAsync(Stream content, CancellationToken ct = default);

    /// <summary>Opens an artifact for reading.</summary>
    /// <exception cref="FileNotFoundException">No such artifact; the message names it.</exception>
    Stream OpenRead(string sha256);

    /// <summary>Whether the artifact is there.</summary>
    bool Exists(string sha256);

    /// <summary>Writes the artifact to a file, replacing it at once and whole. Folders are created.</summary>
    Task CopyToAsync(string sha256, string path, CancellationToken ct = default);
}
