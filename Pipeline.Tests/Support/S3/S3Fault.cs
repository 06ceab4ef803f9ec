namespace Pipeline.Tests.S3;

/// <summary>How the stand-in may misbehave.</summary>
internal enum S3Fault
{
    /// <summary>503 SlowDown, before anything is done.</summary>
    SlowDown,

    /// <summary>403 AccessDenied.</summary>
    Forbidden,

    /// <summary>The connection is cut in the middle of the body: of the answer, or of the request.</summary>
    CutBody,

    /// <summary>One byte of the answer's body is another.</summary>
    FlipByte,

    /// <summary>Nothing comes, until the client gives up.</summary>
    Silence,
}
