namespace Pipeline.Web.Hub;

/// <summary>One file of a model repository as the hub's tree listing describes it.</summary>
/// <param name="Path">Relative path inside the repository, already checked to stay inside the target folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Lower-case hex of the content for files in large-file storage, else <c>null</c>.</param>
/// <param name="GitBlobId">Lower-case hex SHA-1 of the git blob (<c>"blob SIZE\0" + content</c>) for plain files.</param>
internal sealed record HubFile(string Path, long Size, string? Sha256, string? GitBlobId);
