namespace Pipeline.Models;

/// <summary>
/// What the user gave cannot be used: a bad file, key or value. Recorded or shown, never retried.
/// The message names the file or field, what was found and the fix; the command line shows it without a stack trace.
/// </summary>
public class InputException(string message, Exception? inner = null) : Exception(message, inner);
