namespace Pipeline.Data.Artifacts;

/// <summary>The storage of artifacts does not answer, or refuses; trying again later may help. The message names it and the fix.</summary>
public class ArtifactStoreException(string message, Exception? inner = null) : IOException(message, inner);
