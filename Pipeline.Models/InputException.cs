namespace Pipeline.Models;

/// <summary>
/// What the user gave cannot be used: a missing or damaged file, an unknown key, a value out of range. The message
/// names the file or field, what was found and the fix. Retrying does not help.
/// </summary>
public class InputException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">File or field, what was found, what to do about it.</param>
    public InputException(string message) : base(message)
    {
    }

    /// <summary>Creates the error from the one that revealed it.</summary>
    /// <param name="message">File or field, what was found, what to do about it.</param>
    /// <param name="inner">The error of the parser or of the file system.</param>
    public InputException(string message, Exception inner) : base(message, inner)
    {
    }
}
