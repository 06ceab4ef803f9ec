using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>What is known of a row beside its content, as columns of an exported file; and back.</summary>
internal static class RowColumns
{
    /// <summary>Names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["row_hash", "row_type", "language", "fact", "split", "state", "reason", "expected", "document", "document_sha256", "page",
            "block", "section", "generator", "wording"];

    /// <summary>Every name with its value; empty where there is none.</summary>
    public static IEnumerable<(string Name, string Value)> Of(Row row)
    {
        SourceSpan? source = row.Sources.Count > 0 ? row.Sources[0] : null;
        string[] values = [row.Hash, Name(row.Type), row.Language, row.Fact, Name(row.Split), Name(row.State), row.Reason ?? "",
            row.Expected ?? "", source?.Document ?? "", source?.DocumentSha256 ?? "",
            source?.Page.ToString(CultureInfo.InvariantCulture) ?? "", source?.Block ?? "", row.Section, row.Generator.Name,
            row.Generator.Wording];
        return Names.Zip(values);
    }

    /// <summary>The name that JSON has for a value, in snake case.</summary>
    public static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>The value of a name in snake case, or null.</summary>
    public static T? Parse<T>(string? name) where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
            if (Name(value) == name) return value;
        return null;
    }

    /// <summary>The row with what its columns say, or null where there are none, or its content is not what it was.</summary>
    public static Row? Restore(Row row, IReadOnlyDictionary<string, string> columns)
    {
        if (!columns.TryGetValue("row_hash", out string? hash) || Parse<RowType>(Value("row_type")) is not { } type) return null;
        Row known = row with
        {
            Hash = hash,
            Type = type,
            Language = Value("language"),
            Fact = Value("fact"),
            Split = Parse<RowSplit>(Value("split")) ?? row.Split,
            State = Parse<RowState>(Value("state")) ?? row.State,
            Reason = Value("reason") is { Length: > 0 } reason ? reason : null,
            Expected = Value("expected") is { Length: > 0 } expected ? expected : null,
            Section = Value("section"),
            Sources = int.TryParse(Value("page"), NumberStyles.None, CultureInfo.InvariantCulture, out int page)
                ? [new SourceSpan(Value("document_sha256"), Value("document"), page, Value("block"), 0, 0)] : [],
            Generator = new RowGenerator(Value("generator"), Value("wording"), "1"),
        };
        return RowHash.OfContent(known) == hash ? known : null;

        string Value(string name) => columns.GetValueOrDefault(name, "");
    }
}
