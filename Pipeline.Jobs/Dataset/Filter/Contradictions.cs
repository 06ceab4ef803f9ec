using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>Rows of which not all can be right. Nothing says which are, so all go, unless a person decided for one.</summary>
internal static class Contradictions
{
    /// <summary>Rejects rows with one question and different answers, and all rows of facts that have different values.</summary>
    public static void Reject(FilterState state)
    {
        int[] asked = [.. state.Kept().Where(i => GroundingCheck.IsStrict(state.Rows[i].Type) || state.Rows[i].Type == RowType.Comparison)];
        HashSet<string> facts = new(StringComparer.Ordinal);
        // Translations give one fact with values in several languages.
        // Reverse questions expect the subject, lists their items: values are compared within a type.
        foreach (IGrouping<(string, RowType, string), int> group in asked
            .Where(i => state.Rows[i].Fact.Length > 0 && state.Rows[i].Expected is { Length: > 0 }
                && state.Rows[i].Type != RowType.Comparison)
            .GroupBy(i => (state.Rows[i].Fact, state.Rows[i].Type, state.Rows[i].Language)))
            if (Disagrees(state, [.. group]))
                facts.Add(group.Key.Item1);
        foreach (int i in state.Kept().Where(i => facts.Contains(state.Rows[i].Fact)).ToArray())
            if (!RowOrder.IsProtected(state.Rows[i]))
                state.Reject(i, Reasons.Contradiction, "the fact has different values");
        foreach (IGrouping<string, int> group in asked.Where(i => state.Rows[i].State != RowState.Rejected)
            .GroupBy(i => $"{state.Rows[i].Language} {TextWords.Normalised(state.Rows[i].Question)}", StringComparer.Ordinal))
            if (Disagrees(state, [.. group]))
                foreach (int i in group.Where(i => !RowOrder.IsProtected(state.Rows[i])))
                    state.Reject(i, Reasons.Contradiction, "the question has different answers");
    }

    private static bool Disagrees(FilterState state, int[] rows)
    {
        // Free answers that say the same in other words are no contradiction; without a value to compare only numbers can be one.
        for (int i = 1; i < rows.Length; i++)
            if (!state.Value(rows[0]).Agrees(state.Value(rows[i]))
                && (IsShort(state.Rows[rows[0]]) && IsShort(state.Rows[rows[i]])
                    || Shingles.Likeness(state.Rows[rows[0]].Answer, state.Rows[rows[i]].Answer) < 0.3))
                return true;
        return false;
    }

    private static bool IsShort(Row row) => row.Expected is { Length: > 0 } || row.Answer.Length < 80;
}
