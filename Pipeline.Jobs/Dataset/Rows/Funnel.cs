namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>
/// What came of everything that went in, so that nothing is lost in silence: characters of the documents, and rows. In each the parts
/// sum up to the whole.
/// </summary>
public sealed record Funnel
{
    /// <summary>Documents read.</summary>
    public int Documents { get; init; }

    /// <summary>Chunks made of them.</summary>
    public int Chunks { get; init; }

    /// <summary>Characters of all blocks.</summary>
    public long Characters { get; init; }

    /// <summary>Of these, the ones in chunks.</summary>
    public long CharactersKept { get; init; }

    /// <summary>The others, by reason.</summary>
    public IReadOnlyDictionary<string, long> CharactersLeftOut { get; init; } = new Dictionary<string, long>();

    /// <summary>Facts found, by kind.</summary>
    public IReadOnlyDictionary<string, int> Facts { get; init; } = new Dictionary<string, int>();

    /// <summary>Rows written.</summary>
    public int Rows { get; init; }

    /// <summary>Rows that were kept, by split.</summary>
    public IReadOnlyDictionary<string, int> Kept { get; init; } = new Dictionary<string, int>();

    /// <summary>Rows that were rejected, by reason.</summary>
    public IReadOnlyDictionary<string, int> Rejected { get; init; } = new Dictionary<string, int>();

    /// <summary>Kept rows by type.</summary>
    public IReadOnlyDictionary<string, int> Types { get; init; } = new Dictionary<string, int>();

    /// <summary>Kept rows by language.</summary>
    public IReadOnlyDictionary<string, int> Languages { get; init; } = new Dictionary<string, int>();

    /// <summary>Calls of a model: made, from the cache, failed, tokens; empty without one.</summary>
    public IReadOnlyDictionary<string, long> Calls { get; init; } = new Dictionary<string, long>();

    /// <summary>Replies of a model, or parts of them, that gave no row, by reason; not among <see cref="Rows"/>.</summary>
    public IReadOnlyDictionary<string, int> RepliesRejected { get; init; } = new Dictionary<string, int>();
}
