namespace Pipeline.Tools.Fuzz;

/// <summary>How the extraction of a broken file ended.</summary>
internal enum FuzzOutcome
{
    /// <summary>A sound document came out.</summary>
    Extracted,

    /// <summary>A sound document came out of the second try, after the first parser process died.</summary>
    Rescued,

    /// <summary>Refused with a clear message.</summary>
    Refused,

    /// <summary>Both tries crashed the parser process or hit a bug in it.</summary>
    Crashed,

    /// <summary>Both tries took too long.</summary>
    TimedOut,

    /// <summary>Both tries took too much memory.</summary>
    OutOfMemory,

    /// <summary>A message that does not tell a reader which file, what and what to do.</summary>
    Unclear,

    /// <summary>The document that came out contradicts itself.</summary>
    Unsound,

    /// <summary>An error that ends more than this document.</summary>
    Escaped,

    /// <summary>Neither result nor error when both tries had to be over.</summary>
    Hung,
}
