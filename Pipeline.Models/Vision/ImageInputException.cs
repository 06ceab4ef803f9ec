namespace Pipeline.Models.Vision;

/// <summary>Why an image was refused.</summary>
public enum ImageProblem
{
    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>More bytes or pixels than the limits allow.</summary>
    TooLarge,

    /// <summary>The first bytes match no accepted format.</summary>
    UnsupportedFormat,

    /// <summary>An accepted format, but the content is damaged.</summary>
    Undecodable,

    /// <summary>Decoded, but the model does not accept its shape (one side over 200 times the other).</summary>
    UnusableShape,
}

/// <summary>An image that cannot be used; the message says what was found and what to do.</summary>
public sealed class ImageInputException : InputException
{
    /// <summary>Creates the error.</summary>
    /// <param name="problem">The kind of fault, for callers that respond differently to each.</param>
    /// <param name="message">What was found and what to do about it.</param>
    public ImageInputException(ImageProblem problem, string message) : base(message) => Problem = problem;

    /// <summary>Creates the error from the decoder's.</summary>
    /// <param name="problem">The kind of fault, for callers that respond differently to each.</param>
    /// <param name="message">What was found and what to do about it.</param>
    /// <param name="inner">The decoder's own error.</param>
    public ImageInputException(ImageProblem problem, string message, Exception inner) : base(message, inner) => Problem = problem;

    /// <summary>The kind of fault.</summary>
    public ImageProblem Problem { get; }
}
