using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>Rows that teach the same thing in the same words, or nearly.</summary>
internal static class Duplicates
{
    /// <summary>Rejects every row that says the same as a preferred one, apart from case and punctuation.</summary>
    public static void RejectEqual(FilterState state)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (int i in state.KeptByPreference())
        {
            Row row = state.Rows[i];
            string value = IsAsked(row.Type) ? state.Value(i).Key : TextWords.Normalised(row.Answer);
            string key = RowHash.Of([row.Type.ToString(), row.Language, .. row.Messages.SkipLast(1)
                .Select(m => $"{m.Role} {TextWords.Normalised(m.Content)}"),
                value, TextWords.Normalised(row.Rejected ?? ""), row.Image ?? ""]);
            if (!seen.Add(key) && !RowOrder.IsProtected(row))
                state.Reject(i, Reasons.Duplicate, "equal");
        }
    }

    /// <summary>Rejects every row that is nearly a preferred one of its type and language.</summary>
    public static void RejectNear(FilterState state, double least, CancellationToken cancellationToken)
    {
        Dictionary<string, (MinHashIndex Index, List<int> Rows)> groups = new(StringComparer.Ordinal);
        Dictionary<int, List<string>> content = [];
        foreach (int i in state.KeptByPreference())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Row row = state.Rows[i];
            if (row.Type == RowType.Image)
                continue;
            bool asked = IsAsked(row.Type);
            // Rows about a value can be the same only where the value is: facts of one table are asked for in nearly the same words.
            string key = $"{row.Type} {row.Language} {(asked && row.Expected is { Length: > 0 } ? state.Value(i).Key : "")}";
            if (!groups.TryGetValue(key, out (MinHashIndex Index, List<int> Rows) group))
                groups[key] = group = (new(), []);
            ulong[] set = Shingles.Of(asked ? row.Question : Whole(row));
            ulong[] bands = MinHashIndex.BandsOf(set);
            if (!RowOrder.IsProtected(row)
                && group.Index.Find(set, bands, least, n => !asked || IsSameQuestion(state, i, group.Rows[n],
                content)) is >= 0 and int other)
            {
                state.Reject(i, Reasons.NearDuplicate, $"of {state.Rows[group.Rows[other]].Hash}");
                continue;
            }
            group.Index.Add(set, bands);
            group.Rows.Add(i);
        }
    }

    /// <summary>Types of which the question says what is taught; in others the answer does.</summary>
    public static bool IsAsked(RowType type) => GroundingCheck.IsStrict(type)
        || type is RowType.Comparison or RowType.Figure or RowType.Refusal;

    private static string Whole(Row row) => row.Type switch
    {
        RowType.Implication or RowType.Imported => $"{row.Question}\n{row.Answer}",
        RowType.Preference => $"{row.Question}\n{row.Answer}\n{row.Rejected}",
        _ => row.Answer,
    };

    private static bool IsSameQuestion(FilterState state, int i, int j, Dictionary<int, List<string>> content)
    {
        Row a = state.Rows[i], b = state.Rows[j];
        // Wordings of one fact are wanted, as many as there are.
        if (a.Fact.Length > 0 && a.Fact == b.Fact && a.Generator.Wording != b.Generator.Wording)
            return TextWords.Normalised(a.Question) == TextWords.Normalised(b.Question);
        // One phrasing of two facts differs in what it asks for and in nothing else.
        if (a.Fact != b.Fact && a.Generator.Name == "phrasebook" && b.Generator.Name == "phrasebook"
            && a.Generator.Wording == b.Generator.Wording)
            return false;
        if (a.Type != RowType.Refusal && !state.Value(i).Agrees(state.Value(j)) && Shingles.Likeness(a.Answer, b.Answer) < 0.8)
            return false;
        // Two questions, each with a word of its own that means something, ask for two things, however long the rest is. Names of two
        // facts are compared letter for letter: "links" is not "links2".
        List<string> first = Content(state, i, content), second = Content(state, j, content);
        return a.Fact.Length > 0 && b.Fact.Length > 0 && a.Fact != b.Fact
            ? IsWithin(first, second) || IsWithin(second, first)
            : !(HasOwn(first, b.Question) && HasOwn(second, a.Question));
    }

    // Whether every word of some is among the others, as often as it occurs.
    private static bool IsWithin(List<string> some, List<string> others)
    {
        List<string> left = [.. others];
        return some.All(left.Remove);
    }

    private static bool HasOwn(List<string> words, string other)
    {
        SourceText text = new(other);
        return words.Any(w => w.Any(char.IsDigit) ? !text.Words.Contains(w) : !text.Has(w));
    }

    private static List<string> Content(FilterState state, int i, Dictionary<int, List<string>> content)
    {
        if (content.TryGetValue(i, out List<string>? words))
            return words;
        Row row = state.Rows[i];
        words = GroundingCheck.Content(row.Question, row.Language);
        words.AddRange(TextWords.Of(row.Question).Where(w => w.Any(char.IsDigit)));
        return content[i] = words;
    }
}
