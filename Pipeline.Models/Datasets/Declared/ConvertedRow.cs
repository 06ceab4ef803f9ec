using Pipeline.Models.Text;

namespace Pipeline.Models.Datasets.Declared;

/// <summary>A row in the form that all kinds of training start from, or the reason why it is left out.</summary>
/// <param name="Number">Number of the row in its file, from 1.</param>
internal sealed record ConvertedRow(int Number)
{
    /// <summary>The dataset that it is of, for messages.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>Messages before the answer, an odd number; empty for a row that is left out.</summary>
    public IReadOnlyList<ChatMessage> Prompt { get; init; } = [];

    /// <summary>The answer; two of them where one is better; none where the row is text or is left out.</summary>
    public IReadOnlyList<ChatMessage> Response { get; init; } = [];

    /// <summary>System message; null or empty for none.</summary>
    public string? System { get; init; } = "";

    /// <summary>Descriptions of tools, a JSON list; null or empty for none.</summary>
    public string? Tools { get; init; } = "";

    /// <summary>Whether the row is text to be continued.</summary>
    public bool IsText { get; init; }

    /// <summary>Why the row is left out; null for one that is used.</summary>
    public string? Fault { get; init; }
}
