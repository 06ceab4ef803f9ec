using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Calls;

namespace Pipeline.Jobs.Dataset;

/// <summary>What the rows of a run come from, for its funnel.</summary>
/// <param name="Facts">Facts by kind.</param>
/// <param name="Calls">Calls of a model and its replies.</param>
/// <param name="ChunksWithoutRows">Chunks whose work failed for good.</param>
internal sealed record Filtered(IReadOnlyDictionary<string, int> Facts, CallCounts Calls, int ChunksWithoutRows)
{
    /// <summary>Name among the work files of a run.</summary>
    public const string File = "filtered.json";

    /// <summary>Name of the rows among the work files of a run, one in a line.</summary>
    public const string RowsFile = "filtered.jsonl";

    /// <summary>The same with the facts still to be counted.</summary>
    public static Filtered Of(IEnumerable<Fact> facts, CallCounts calls, int chunksWithoutRows) => new(facts.GroupBy(fact => fact.Kind)
        .OrderBy(kind => kind.Key, StringComparer.Ordinal).ToDictionary(kind => kind.Key, kind => kind.Count()), calls, chunksWithoutRows);
}
