using Pipeline.Models;

namespace Pipeline.Jobs.Extract;

/// <summary>
/// One document that cannot be extracted: encrypted, damaged, not a PDF, or one that kills or stalls its parser. It is
/// recorded with this message and not retried; the other documents continue.
/// </summary>
public sealed class BadDocumentException : InputException
{
    /// <summary>Creates the error.</summary>
    /// <param name="reason">What kind of problem it is.</param>
    /// <param name="message">File, what was found and the fix.</param>
    /// <param name="inner">The error of the parser, if one revealed it.</param>
    public BadDocumentException(BadDocumentReason reason, string message, Exception? inner = null)
        : base(message, inner!) =>
        Reason = reason;

    /// <summary>What kind of problem it is.</summary>
    public BadDocumentReason Reason { get; }
}
