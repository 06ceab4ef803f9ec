namespace Pipeline.Jobs.Extract;

/// <summary>Why a document cannot be extracted.</summary>
public enum BadDocumentReason
{
    /// <summary>The file has no bytes.</summary>
    Empty,

    /// <summary>The content is not PDF, whatever the file name suggests.</summary>
    NotPdf,

    /// <summary>A password is needed to read it.</summary>
    Encrypted,

    /// <summary>Truncated or broken beyond repair.</summary>
    Damaged,

    /// <summary>A PDF without a single page.</summary>
    NoPages,

    /// <summary>More pages than the options allow.</summary>
    TooManyPages,

    /// <summary>It crashed the parser process.</summary>
    ParserCrashed,

    /// <summary>It needed more time than the options allow.</summary>
    TimedOut,

    /// <summary>It needed more memory than the options allow.</summary>
    OutOfMemory,
}
