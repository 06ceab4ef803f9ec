namespace Pipeline.Data.Artifacts;

/// <summary>
/// Files named by the sha256 of their bytes. Storing the same bytes twice stores them once. Any number of processes may use one store
/// at the same time.
/// </summary>
public interface IArtifactStore
{
    /// <summary>Stores the bytes from the stream's position on. When the task completes they are stored completely and durably.</summary>
    /// <exception cref="StorageFullException">No space left.</exception>
    /// <exception cref="ArtifactStoreException">The storage does not answer or rejects the request.</exception>
    Task<StoredArtifact> PutAsync(Stream content, CancellationToken ct = default);

    /// <summary>Opens an artifact for reading, from a local file.</summary>
    /// <exception cref="FileNotFoundException">No such artifact; the message names it.</exception>
    /// <exception cref="DamagedArtifactException">The storage returns other bytes than were stored.</exception>
    /// <exception cref="ArtifactStoreException">The storage does not answer or rejects the request.</exception>
    Task<Stream> OpenReadAsync(string sha256, CancellationToken ct = default);

    /// <summary>Whether the artifact is there.</summary>
    /// <exception cref="ArtifactStoreException">The storage does not answer or rejects the request.</exception>
    Task<bool> ExistsAsync(string sha256, CancellationToken ct = default);

    /// <summary>
    /// Writes the artifact to a file, replacing it atomically. Folders are created. Fails as <see cref="OpenReadAsync"/> does.
    /// </summary>
    /// <param name="sha256">The artifact.</param>
    /// <param name="path">The file.</param>
    /// <param name="once">It will not be read again soon on this machine: a store with local copies keeps none of it.</param>
    /// <param name="ct">Stops; the file stays as it was.</param>
    Task CopyToAsync(string sha256, string path, bool once = false, CancellationToken ct = default);

    /// <summary>Artifacts that have not been stored, or stored again, since that time (UTC).</summary>
    IAsyncEnumerable<StoredArtifact> ListAsync(DateTime unwantedSince, CancellationToken ct = default);

    /// <summary>Removes an artifact unless it has been stored again since that time (UTC).</summary>
    /// <returns>Whether it is gone.</returns>
    Task<bool> DeleteAsync(string sha256, DateTime unwantedSince, CancellationToken ct = default);

    /// <summary>Removes what writers that died before that time (UTC) left unfinished, and local copies beyond their limit.</summary>
    /// <returns>How many unfinished files there were.</returns>
    Task<int> DropLeftoversAsync(DateTime before, CancellationToken ct = default);
}
