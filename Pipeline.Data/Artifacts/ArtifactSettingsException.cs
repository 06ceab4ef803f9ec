namespace Pipeline.Data.Artifacts;

/// <summary>The storage of artifacts is set up wrongly. The message names the setting and the fix.</summary>
public sealed class ArtifactSettingsException(string message, Exception? inner = null) : ArtifactStoreException(message, inner);
