using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>
/// Finds what a chunk says in a form that is certain: tables, lists of keys and values, definitions, enumerations, captions. What is
/// not certain gives no fact. No language model takes part, and equal chunks give equal facts.
/// </summary>
public static class FactFinder
{
    /// <summary>All facts of a chunk, section by section and kind by kind; no two with the same id.</summary>
    public static IReadOnlyList<Fact> Find(Chunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        IEnumerable<Fact> found = ChunkSections.Of(chunk).SelectMany(section => (IEnumerable<Fact>)
        [
            .. TableFacts.Of(section),
            .. KeyValueFacts.Of(section),
            .. TermFacts.Of(section),
            .. DefinitionFacts.Of(section),
            .. EnumerationFacts.Of(section),
            .. CaptionFacts.Of(section),
        ]);
        List<Fact> facts = [];
        foreach (IGrouping<string, Fact> same in found.GroupBy(fact => fact.Id, StringComparer.Ordinal))
        {
            // Two answers to one question: something needed to tell them apart is missing, so neither is certain.
            if (same.Select(fact => fact.Value).Distinct(StringComparer.Ordinal).Count() == 1)
                facts.Add(same.First());
        }
        return facts;
    }
}
