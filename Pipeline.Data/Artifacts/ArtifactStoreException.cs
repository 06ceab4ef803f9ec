namespace Pipeline.Data.Artifacts;

/// <summary>
/// The artifact storage does not answer or rejects the request; a later retry may succeed. The message names it and the fix.
/// </summary>
public class ArtifactStoreException(string message, Exception? inner = null) : IOException(message, inner);
