namespace Pipeline.Data.Artifacts;

/// <summary>The bytes under an artifact's name are not the ones that were stored. The message names it and the fix.</summary>
public sealed class DamagedArtifactException(string message) : Exception(message);
