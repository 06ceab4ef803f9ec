using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>The order of rows by their content alone, so that no decision depends on the order they come in.</summary>
internal static class RowOrder
{
    /// <summary>Rows by document, page, block, fact, type, wording and content.</summary>
    public static Row[] Canonical(IEnumerable<Row> rows)
    {
        (Row Row, string[] Key, string Json)[] keyed = [.. rows.Select(row => (row, Key(row), ""))];
        // The rest of a row decides between rows of equal content; it is written only where that happens.
        foreach (IGrouping<string, int> twins in Enumerable.Range(0, keyed.Length)
            .GroupBy(i => string.Join('\0', keyed[i].Key), StringComparer.Ordinal))
            if (twins.Skip(1).Any())
                foreach (int i in twins)
                    keyed[i].Json = RowJson.Write(keyed[i].Row);
        Array.Sort(keyed, (a, b) =>
        {
            for (int i = 0; i < a.Key.Length; i++)
                if (string.CompareOrdinal(a.Key[i], b.Key[i]) is not 0 and int order)
                    return order;
            return string.CompareOrdinal(a.Json, b.Json);
        });
        return [.. keyed.Select(k => k.Row)];
    }

    /// <summary>Which of two equal rows stays: what a person changed, then a model's, then a phrasing's; then the smallest hash.</summary>
    public static int Preference(Row row) => IsProtected(row) ? 0 : row.Generator.Name switch
    {
        "person" => 0,
        "model" => 1,
        "import" => 2,
        "phrasebook" => 3,
        _ => 4,
    };

    /// <summary>Whether a person decided about the row: no limit and no twin takes it away.</summary>
    public static bool IsProtected(Row row) => row.State == RowState.Edited || row.Author != "pipeline";

    /// <summary>SHA-256 of the row's document; empty for rows of users' files.</summary>
    public static string Document(Row row) => row.Sources.Count > 0 ? row.Sources[0].DocumentSha256
        : row.Section.IndexOf('/') is > 0 and int slash ? row.Section[..slash] : "";

    private static string[] Key(Row row)
    {
        SourceSpan? first = row.Sources.Count > 0 ? row.Sources[0] : null;
        return
        [
            first?.Document ?? "", first?.DocumentSha256 ?? "", (first?.Page ?? 0).ToString("D8"), (first?.Block ?? "").PadLeft(12),
            (first?.Start ?? 0).ToString("D10"), row.Fact, ((int)row.Type).ToString("D2"), row.Generator.Wording, row.Hash,
        ];
    }
}
