using System.Text.Json.Serialization;

namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>One example of a dataset, with everything that is known of it.</summary>
public sealed record Row
{
    /// <summary>Hash of type, language and content alone (<see cref="RowHash"/>): equal content is the same row in every version.</summary>
    public required string Hash { get; init; }

    /// <summary>Fact it teaches or asks for; empty for whole texts.</summary>
    public string Fact { get; init; } = "";

    /// <summary>What it teaches.</summary>
    public required RowType Type { get; init; }

    /// <summary>ISO 639-1.</summary>
    public required string Language { get; init; }

    /// <summary>The conversation, its last message the answer; empty for <see cref="RowType.Text"/>.</summary>
    public IReadOnlyList<RowMessage> Messages { get; init; } = [];

    /// <summary>The text of a <see cref="RowType.Text"/> row.</summary>
    public string? Text { get; init; }

    /// <summary>
    /// The worse answer of a <see cref="RowType.Preference"/> row; the better one is the last message, which is empty where there is only
    /// a worse one. Null where a single answer is marked as wanted.
    /// </summary>
    public string? Rejected { get; init; }

    /// <summary>
    /// Image of an <see cref="RowType.Image"/> row, by its path in the extraction; of a user's row one path or address a line.
    /// </summary>
    public string? Image { get; init; }

    /// <summary>Descriptions of the tools that the conversation may call, as JSON; only in rows of users' files.</summary>
    public string? Tools { get; init; }

    /// <summary>The short right answer that an examination looks for: the value of the fact. Null where answers are free.</summary>
    public string? Expected { get; init; }

    /// <summary>Where it comes from.</summary>
    public IReadOnlyList<SourceSpan> Sources { get; init; } = [];

    /// <summary>Id of its chunk; empty for rows of users' files.</summary>
    public string Chunk { get; init; } = "";

    /// <summary>Document and section, <c>sha256/p3-b7</c>: statistics treat rows of one section as one cluster.</summary>
    public string Section { get; init; } = "";

    /// <summary>The words of the document that the answer must rest on; not written to training files.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>What made it.</summary>
    public required RowGenerator Generator { get; init; }

    /// <summary>What checks found.</summary>
    public IReadOnlyList<RowVerdict> Verdicts { get; init; } = [];

    /// <summary>Whether it is part of the dataset.</summary>
    public RowState State { get; init; } = RowState.Kept;

    /// <summary>Why it was rejected (one of <see cref="Reasons"/>), or a person's words.</summary>
    public string? Reason { get; init; }

    /// <summary>Who decided: <c>pipeline</c>, or a person.</summary>
    public string Author { get; init; } = "pipeline";

    /// <summary>Hash of the row that a person changed into this one, or null.</summary>
    public string? EditedFrom { get; init; }

    /// <summary>What it is for.</summary>
    public RowSplit Split { get; init; }

    /// <summary>The question: the last message of the user; empty for texts.</summary>
    [JsonIgnore] public string Question => Messages.LastOrDefault(m => m.Role == "user")?.Content ?? "";

    /// <summary>The answer: the last message, or the text.</summary>
    [JsonIgnore] public string Answer => Messages.Count > 0 ? Messages[^1].Content : Text ?? "";

    /// <summary>The row, not part of the dataset any more.</summary>
    public Row Reject(string reason, RowVerdict? verdict = null) => this with
    {
        State = RowState.Rejected,
        Reason = reason,
        Split = RowSplit.None,
        Verdicts = verdict is null ? Verdicts : [.. Verdicts, verdict],
    };
}
