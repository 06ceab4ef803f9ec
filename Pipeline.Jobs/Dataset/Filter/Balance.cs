using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>
/// Limits of sections, documents and types. A fact falls with all its wordings or not at all, since an examination of a fact without its
/// training rows would ask what was never taught. Which fall is decided by hash.
/// </summary>
internal static class Balance
{
    private sealed record Unit(string Rank, int[] Rows, bool Protected);

    /// <summary>Rejects what is too much.</summary>
    public static void Reject(FilterState state, FilterOptions options)
    {
        if (options.MaxRowsOfSection is int most)
            foreach (IGrouping<string, Unit> section in Units(state).Where(u => state.Rows[u.Rows[0]].Section.Length > 0)
                .GroupBy(u => state.Rows[u.Rows[0]].Section, StringComparer.Ordinal))
                Trim(state, section, most, "section");
        if (options.MaxShareOfDocument is double share)
            TrimDocuments(state, share, options);
        foreach ((RowType type, double limit) in options.MaxShareOfType.OrderBy(p => p.Key))
        {
            Unit[] all = [.. Units(state)];
            int of = all.Sum(u => Count(u, state, type)), others = all.Sum(u => u.Rows.Length) - of;
            // A share of what remains: x of the type beside the others is at most the limit.
            int allowed = limit >= 1 ? of : (int)(limit * others / (1 - limit) + 1e-9);
            if (of > allowed)
                Trim(state, all.Where(u => Count(u, state, type) > 0), allowed, "type", u => Count(u, state, type));
        }
    }

    private static int Count(Unit unit, FilterState state, RowType type) => unit.Rows.Count(i => state.Rows[i].Type == type);

    private static IEnumerable<Unit> Units(FilterState state) => state.Kept()
        .GroupBy(i => state.Rows[i].Fact.Length > 0 ? $"fact {state.Rows[i].Fact}" : $"row {state.Rows[i].Hash}", StringComparer.Ordinal)
        .Select(g => new Unit(RowHash.Of("balance", g.Key), [.. g], g.Any(i => RowOrder.IsProtected(state.Rows[i]))));

    private static void TrimDocuments(FilterState state, double share, FilterOptions options)
    {
        (string Document, Unit[] Units, int Rows)[] documents = [.. Units(state)
            .GroupBy(u => RowOrder.Document(state.Rows[u.Rows[0]]), StringComparer.Ordinal)
            .Where(g => g.Key.Length > 0).Select(g => (g.Key, g.ToArray(), g.Sum(u => u.Rows.Length)))];
        if (documents.Length < Math.Max(options.MinDocuments, 1))
            return;
        // With few documents a smaller share than an equal one is out of reach.
        share = Math.Max(share, 1.0 / documents.Length);
        int low = 1, high = documents.Max(d => d.Rows);
        while (low < high)
        {
            int middle = low + (high - low + 1) / 2;
            if (middle <= share * documents.Sum(d => (double)Math.Min(d.Rows, middle)) + 1e-9)
                low = middle;
            else
                high = middle - 1;
        }
        low = Math.Max(low, options.MinRowsOfDocument);
        foreach ((string _, Unit[] units, int rows) in documents)
            if (rows > low)
                Trim(state, units, low, "document");
    }

    private static void Trim(FilterState state, IEnumerable<Unit> units, int most, string what, Func<Unit, int>? size = null)
    {
        int kept = 0;
        bool any = false;
        foreach (Unit unit in units.OrderByDescending(u => u.Protected).ThenBy(u => u.Rank, StringComparer.Ordinal))
        {
            int rows = size?.Invoke(unit) ?? unit.Rows.Length;
            // A section or document with one large fact keeps that one.
            if (unit.Protected || kept + rows <= most || !any && size is null)
            {
                kept += rows;
                any = true;
                continue;
            }
            foreach (int i in unit.Rows)
                state.Reject(i, Reasons.Balance, what);
        }
    }
}
