namespace Pipeline.Models.Tokenizers;

/// <summary>What a split does with the matches of its expression. Reference: tokenizers, SplitDelimiterBehavior.</summary>
internal enum SplitBehavior
{
    /// <summary>Matches and the text between them are pieces.</summary>
    Isolated,

    /// <summary>Matches are dropped.</summary>
    Removed,

    /// <summary>A match ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>A match begins the piece after it.</summary>
    MergedWithNext,

    /// <summary>Matches in a row are one piece.</summary>
    Contiguous,
}
