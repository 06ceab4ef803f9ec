namespace Pipeline.Models.Datasets;

/// <summary>A row of a user's file, whatever its format.</summary>
/// <param name="Line">Line, or number of the row in files without lines, from 1.</param>
public sealed record UserRow(int Line)
{
    /// <summary>The conversation, its last message the answer; empty for text.</summary>
    public IReadOnlyList<UserMessage> Messages { get; init; } = [];

    /// <summary>Text to be continued; null for conversations.</summary>
    public string? Text { get; init; }

    /// <summary>
    /// The worse answer. Where there is a better one it is the last message; where there is none that message is empty. Null for rows
    /// without preference.
    /// </summary>
    public string? Rejected { get; init; }

    /// <summary>Whether the row says which answers are wanted, and so cannot be learned as it stands.</summary>
    public bool IsPreference { get; init; }

    /// <summary>Paths or addresses of its pictures; <c>&lt;image&gt;</c> stands in a message for each.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Descriptions of the tools that it may call, as JSON; null without.</summary>
    public string? Tools { get; init; }

    /// <summary>The passage that the question is about, where the file gives it a column of its own; else empty.</summary>
    public string Passage { get; init; } = "";

    /// <summary>All columns with a plain value, by name.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();
}
