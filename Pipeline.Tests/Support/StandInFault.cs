namespace Pipeline.Tests;

/// <summary>What a <see cref="StandInEndpoint"/> does wrong in one call.</summary>
public enum StandInFault
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Every number of the answers has another first digit.</summary>
    WrongNumber,
    /// <summary>Answers in German.</summary>
    WrongLanguage,
    /// <summary>Every wording is the first one.</summary>
    Duplicate,
    /// <summary>Quotes and answers about things that the text does not mention.</summary>
    Ungrounded,
    /// <summary>The reply ends in the middle of its last element.</summary>
    CutJson,
    /// <summary>A reply without text.</summary>
    Empty,
    /// <summary>Sentences before and after.</summary>
    Chatter,
    /// <summary>A fence around, with a name of the language.</summary>
    Fences,
    /// <summary>Thoughts before.</summary>
    Thoughts,
    /// <summary>Single quotes, literals of Python, trailing commas.</summary>
    Python,
    /// <summary>Another name around the list, or none.</summary>
    OtherShape,
    /// <summary>Numbered lines instead of JSON.</summary>
    PlainLines,
    /// <summary>Words without any question in them.</summary>
    Nonsense,
    /// <summary>429 with Retry-After.</summary>
    TooManyRequests,
    /// <summary>500.</summary>
    ServerError,
    /// <summary>No answer until the caller hangs up.</summary>
    Stall,
    /// <summary>The connection ends in the middle of the body.</summary>
    ConnectionCut,
    /// <summary>400: the prompt is too long for the model.</summary>
    TooLong,
    /// <summary>401, with the key in the message.</summary>
    Unauthorized,
    /// <summary>404.</summary>
    NotFound,
}
