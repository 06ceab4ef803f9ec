using System.Globalization;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>Which rows of a user's file are held out. Equal rows and seed give the same split, whatever their order.</summary>
internal static class ImportSplit
{
    /// <summary>Equal rows once; the later ones are rejected as duplicates.</summary>
    public static IReadOnlyList<Row> Once(IReadOnlyList<Row> rows)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        return [.. rows.Select(row => row.State == RowState.Rejected || seen.Add(row.Hash) ? row : row.Reject(Reasons.Duplicate))];
    }

    /// <param name="rows">Rows; all stay as they are where some are held out already, by their file or by an earlier dataset.</param>
    /// <param name="fraction">Share to hold out. With two groups or more at least one is held out and one is kept.</param>
    /// <param name="seed">Decides which.</param>
    public static IReadOnlyList<Row> Divide(IReadOnlyList<Row> rows, double fraction, int seed)
    {
        ILookup<string, Row> groups = rows.Where(IsDivided).ToLookup(row => row.Section, StringComparer.Ordinal);
        if (fraction <= 0 || groups.Count < 2 || rows.Any(row => row.Split is RowSplit.Eval or RowSplit.Exam)) return rows;
        int wanted = Math.Max(1, (int)Math.Round(fraction * groups.Sum(group => group.Count()))), taken = 0;
        HashSet<string> held = new(StringComparer.Ordinal);
        foreach (IGrouping<string, Row> group in groups.OrderBy(group => Rank(group.Key, seed), StringComparer.Ordinal))
        {
            if (taken >= wanted || held.Count == groups.Count - 1) break;
            if (taken + group.Count() > Math.Max(wanted + 1, 1.25 * wanted)) continue;      // a later group may fit
            held.Add(group.Key);
            taken += group.Count();
        }
        if (held.Count == 0)
            held.Add(groups.OrderBy(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).First().Key);
        return [.. rows.Select(row => IsDivided(row) && held.Contains(row.Section) ? row with { Split = RowSplit.Eval } : row)];
    }

    private static bool IsDivided(Row row) => row.State != RowState.Rejected && row.Generator.Name == "import"
        && RowShape.KindOf(row) == RowKind.Instruction;

    private static string Rank(string group, int seed) => RowHash.Of(seed.ToString(CultureInfo.InvariantCulture), group);
}
