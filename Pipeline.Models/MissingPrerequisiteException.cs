namespace Pipeline.Models;

/// <summary>
/// Something the machine should have is not there: a native library, a server binary, a model folder that a command was
/// supposed to find. The message names it and how to get it; the command line exits with code 3.
/// </summary>
public class MissingPrerequisiteException(string message, Exception? inner = null) : Exception(message, inner);
