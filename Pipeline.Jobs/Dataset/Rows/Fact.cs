namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>One thing that a document says and that can be asked for.</summary>
public sealed record Fact
{
    /// <summary>
    /// Hash of what is asked: normalised scope, subject and attribute, without the value, the file and the place
    /// (<see cref="RowHash.OfFact"/>). It is the same in a document that was saved again or revised, so its wordings keep their
    /// side of the split for ever.
    /// </summary>
    public required string Id { get; init; }

    /// <summary><c>table</c>, <c>key_value</c>, <c>definition</c>, <c>enumeration</c>, <c>caption</c>, or <c>model</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Where it holds: title of the document, and what of heading or caption a question about it needs.</summary>
    public required string Scope { get; init; }

    /// <summary>What it is about, as printed.</summary>
    public required string Subject { get; init; }

    /// <summary>
    /// What kind of thing the subject is, as printed: the head of the column of names ("Season"); null where nothing says it.
    /// </summary>
    public string? SubjectHead { get; init; }

    /// <summary>What of the subject, as printed: the head of a column, a key; null for definitions.</summary>
    public string? Attribute { get; init; }

    /// <summary>The answer as printed, with its unit.</summary>
    public required string Value { get; init; }

    /// <summary>The items of an enumeration, in order.</summary>
    public IReadOnlyList<string> Items { get; init; } = [];

    /// <summary>Other facts of the same table and attribute, for comparisons: subject and value.</summary>
    public IReadOnlyList<FactPeer> Peers { get; init; } = [];

    /// <summary>ISO 639-1.</summary>
    public required string Language { get; init; }

    /// <summary>Where it stands.</summary>
    public required IReadOnlyList<SourceSpan> Sources { get; init; }

    /// <summary>Document and section, <c>sha256/p3-b7</c>: <see cref="Row.Section"/> of its rows.</summary>
    public string Section { get; init; } = "";

    /// <summary>Id of its chunk.</summary>
    public required string Chunk { get; init; }

    /// <summary>The words of the document that say it, as printed.</summary>
    public required string Evidence { get; init; }
}
