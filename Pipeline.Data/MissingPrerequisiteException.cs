namespace Pipeline.Data;

/// <summary>Something that must be installed is not there. The message names it and the command that installs it; commands end with exit code 3.</summary>
public sealed class MissingPrerequisiteException(string message) : Exception(message);
