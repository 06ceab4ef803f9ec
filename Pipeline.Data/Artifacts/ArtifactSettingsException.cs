namespace Pipeline.Data.Artifacts;

/// <summary>The artifact storage is misconfigured. The message names the setting and the fix.</summary>
public sealed class ArtifactSettingsException(string message, Exception? inner = null) : ArtifactStoreException(message, inner);
