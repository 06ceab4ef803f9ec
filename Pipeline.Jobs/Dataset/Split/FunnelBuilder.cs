using System.Collections.Frozen;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Split;

/// <summary>Adds up what came of everything that went in, part by part. The result is the same whatever the order of the parts.</summary>
public sealed class FunnelBuilder
{
    private static readonly FrozenSet<string> Known = typeof(Reasons).GetFields().Select(f => (string)f.GetRawConstantValue()!)
        .ToFrozenSet(StringComparer.Ordinal);

    private readonly SortedDictionary<string, long> _leftOut = new(StringComparer.Ordinal), _calls = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _facts = new(StringComparer.Ordinal), _kept = new(StringComparer.Ordinal),
        _rejected = new(StringComparer.Ordinal), _types = new(StringComparer.Ordinal), _languages = new(StringComparer.Ordinal),
        _replies = new(StringComparer.Ordinal);

    private int _documents, _chunks, _rows;
    private long _characters, _charactersKept;

    /// <summary>Adds documents: their characters, those in chunks, and the others by reason.</summary>
    public FunnelBuilder AddDocuments(
        int documents, int chunks, long characters, long charactersKept, IEnumerable<KeyValuePair<string, long>> leftOut)
    {
        _documents += documents;
        _chunks += chunks;
        _characters += characters;
        _charactersKept += charactersKept;
        foreach ((string reason, long count) in leftOut)
            _leftOut[reason] = _leftOut.GetValueOrDefault(reason) + count;
        return this;
    }

    /// <summary>Adds facts.</summary>
    public FunnelBuilder AddFacts(IEnumerable<Fact> facts)
    {
        foreach (Fact fact in facts)
            Count(_facts, fact.Kind);
        return this;
    }

    /// <summary>Adds facts that were counted already, by kind.</summary>
    public FunnelBuilder AddFacts(IEnumerable<KeyValuePair<string, int>> facts)
    {
        foreach ((string kind, int count) in facts)
            Count(_facts, kind, count);
        return this;
    }

    /// <summary>Adds rows, kept and rejected.</summary>
    /// <exception cref="InvalidOperationException">A rejected row has no reason, or is in a split.</exception>
    public FunnelBuilder AddRows(IEnumerable<Row> rows)
    {
        foreach (Row row in rows)
        {
            _rows++;
            if (row.State == RowState.Rejected)
            {
                if (row.Split != RowSplit.None)
                    throw new InvalidOperationException($"row {row.Hash}: rejected and in split {row.Split}");
                // A person's own words are a reason, but no heading to count under.
                string reason = row.Reason ?? throw new InvalidOperationException($"row {row.Hash}: rejected without a reason");
                Count(_rejected, row.Author == "pipeline" || Known.Contains(reason) ? reason : Reasons.Person);
                continue;
            }
            Count(_kept, RowColumns.Name(row.Split));
            Count(_types, RowColumns.Name(row.Type));
            Count(_languages, row.Language);
        }
        return this;
    }

    /// <summary>Adds calls of a model by what became of them, and tokens.</summary>
    public FunnelBuilder AddCalls(IEnumerable<KeyValuePair<string, long>> calls)
    {
        foreach ((string what, long count) in calls)
            _calls[what] = _calls.GetValueOrDefault(what) + count;
        return this;
    }

    /// <summary>Adds replies, or parts of them, that gave no row, by reason.</summary>
    public FunnelBuilder AddRejectedReplies(IEnumerable<KeyValuePair<string, int>> replies)
    {
        foreach ((string reason, int count) in replies)
            Count(_replies, reason, count);
        return this;
    }

    /// <summary>The sums.</summary>
    /// <exception cref="InvalidOperationException">Parts do not sum up to their whole: something was lost or counted twice.</exception>
    public Funnel Build()
    {
        Funnel funnel = new()
        {
            Documents = _documents,
            Chunks = _chunks,
            Characters = _characters,
            CharactersKept = _charactersKept,
            CharactersLeftOut = Copy(_leftOut),
            Facts = Copy(_facts),
            Rows = _rows,
            Kept = Copy(_kept),
            Rejected = Copy(_rejected),
            Types = Copy(_types),
            Languages = Copy(_languages),
            Calls = Copy(_calls),
            RepliesRejected = Copy(_replies),
        };
        Check(funnel);
        return funnel;
    }

    /// <summary>Checks that the parts of a funnel sum up.</summary>
    /// <exception cref="InvalidOperationException">They do not.</exception>
    public static void Check(Funnel funnel)
    {
        ArgumentNullException.ThrowIfNull(funnel);
        long left = funnel.CharactersLeftOut.Values.Sum();
        if (funnel.Characters != funnel.CharactersKept + left)
            throw new InvalidOperationException(
                $"{funnel.Characters} characters, but {funnel.CharactersKept} in chunks and {left} left out");
        int kept = funnel.Kept.Values.Sum(), rejected = funnel.Rejected.Values.Sum();
        if (funnel.Rows != kept + rejected)
            throw new InvalidOperationException($"{funnel.Rows} rows, but {kept} kept and {rejected} rejected");
        if (funnel.Types.Values.Sum() != kept || funnel.Languages.Values.Sum() != kept)
            throw new InvalidOperationException(
                $"{kept} rows kept, but {funnel.Types.Values.Sum()} by type and {funnel.Languages.Values.Sum()} by language");
    }

    private static void Count(SortedDictionary<string, int> counts, string key, int count = 1) =>
        counts[key] = counts.GetValueOrDefault(key) + count;

    private static SortedDictionary<string, T> Copy<T>(SortedDictionary<string, T> counts) => new(counts, StringComparer.Ordinal);
}
