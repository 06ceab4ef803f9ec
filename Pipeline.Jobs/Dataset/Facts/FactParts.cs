using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>What a finder has found, before it is known whether a question about it can be understood.</summary>
internal sealed record FactParts
{
    public required string Kind { get; init; }

    public required string Scope { get; init; }

    public required string Subject { get; init; }

    public string? SubjectHead { get; init; }

    public string? Attribute { get; init; }

    public required string Value { get; init; }

    public IReadOnlyList<string> Items { get; init; } = [];

    public IReadOnlyList<FactPeer> Peers { get; init; } = [];

    public required string Evidence { get; init; }

    /// <summary>The fact, or null where its value stands in the question already.</summary>
    public Fact? In(Chunk chunk, params IReadOnlyList<ChunkBlock> blocks)
    {
        string value = RowHash.Normalised(Value);
        if (value.Length == 0 && Value.All(c => char.IsWhiteSpace(c) || c is '-' or '–' or '—' or '.'))
            return null;
        if (value.Length > 0 && (Holds(Subject, value) || Holds(Attribute, value) || Holds(Scope, value)))
            return null;
        return new Fact
        {
            Id = RowHash.OfFact(Scope, Subject, Attribute),
            Kind = Kind,
            Scope = Scope,
            Subject = Subject,
            SubjectHead = SubjectHead,
            Attribute = Attribute,
            Value = Value,
            Items = Items,
            Peers = Peers,
            Language = chunk.Language,
            Sources = [.. blocks.Select(block => block.Source)],
            Section = $"{chunk.DocumentSha256}/{chunk.Section}",
            Chunk = chunk.Id,
            Evidence = Evidence,
        };
    }

    private static bool Holds(string? text, string value) =>
        text is not null && $" {RowHash.Normalised(text)} ".Contains($" {value} ", StringComparison.Ordinal);
}
