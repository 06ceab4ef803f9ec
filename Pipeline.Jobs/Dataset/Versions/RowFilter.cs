using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Which rows of a dataset; what is null is not asked for.</summary>
public sealed record RowFilter
{
    /// <summary>State in snake case.</summary>
    public string? State { get; init; }

    /// <summary>Split in snake case.</summary>
    public string? Split { get; init; }

    /// <summary>Type in snake case.</summary>
    public string? Type { get; init; }

    /// <summary>ISO 639-1.</summary>
    public string? Language { get; init; }

    /// <summary>SHA-256 or file name of the document.</summary>
    public string? Document { get; init; }

    /// <summary>Page, from 1.</summary>
    public int? Page { get; init; }

    /// <summary>Why it was rejected: one of <see cref="Reasons"/>, or a person's words.</summary>
    public string? Reason { get; init; }

    /// <summary>Id of the fact.</summary>
    public string? Fact { get; init; }

    /// <summary>Text that stands in question or answer, whatever its case.</summary>
    public string? Search { get; init; }

    /// <summary>What is wrong with it.</summary>
    public IEnumerable<SettingFault> Problems()
    {
        foreach (SettingFault fault in Unknown<RowState>("state", State).Concat(Unknown<RowSplit>("split", Split))
            .Concat(Unknown<RowType>("type", Type)))
            yield return fault;
        if (Page < 1) yield return new SettingFault("page", $"found {Page}; expected 1 or more");
        if (Search?.Length > 500) yield return new SettingFault("search", "expected at most 500 characters");
    }

    internal IQueryable<DatasetExample> Of(IQueryable<DatasetExample> rows)
    {
        if (State is not null) rows = rows.Where(row => row.State == State);
        if (Split is not null) rows = rows.Where(row => row.Split == Split);
        if (Type is not null) rows = rows.Where(row => row.Type == Type);
        if (Language is not null) rows = rows.Where(row => row.Language == Storable(Language));
        if (Document is not null) rows = rows.Where(row => row.DocumentSha256 == Storable(Document) || row.Document == Storable(Document));
        if (Page is not null) rows = rows.Where(row => row.Page == Page);
        if (Reason is not null) rows = rows.Where(row => row.Reason == Storable(Reason));
        if (Fact is not null) rows = rows.Where(row => row.Fact == Storable(Fact));
        if (string.IsNullOrEmpty(Search)) return rows;
        string pattern = $"%{Storable(Search).Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_")}%";
        return rows.Where(row => EF.Functions.ILike(row.Question, pattern, "\\") || EF.Functions.ILike(row.Answer, pattern, "\\"));
    }

    /// <summary>Whether a row of a folder is asked for, by the same rules.</summary>
    public bool Accepts(Row row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return (State is null || RowColumns.Name(row.State) == State) && (Split is null || RowColumns.Name(row.Split) == Split)
            && (Type is null || RowColumns.Name(row.Type) == Type) && (Language is null || row.Language == Language)
            && (Document is null || row.Sources.Any(source => source.DocumentSha256 == Document || source.Document == Document))
            && (Page is null || row.Sources.Any(source => source.Page == Page)) && (Reason is null || row.Reason == Reason)
            && (Fact is null || row.Fact == Fact)
            && (string.IsNullOrEmpty(Search) || row.Question.Contains(Search, StringComparison.OrdinalIgnoreCase)
                || row.Answer.Contains(Search, StringComparison.OrdinalIgnoreCase));
    }

    private static string Storable(string text) => text.Replace('\0', '\uFFFD');

    private static IEnumerable<SettingFault> Unknown<T>(string name, string? value) where T : struct, Enum =>
        value is null || RowColumns.Parse<T>(value) is not null ? []
            : [new SettingFault(name,
                $"found '{value}'; expected one of {string.Join(", ", Enum.GetValues<T>().Select(RowColumns.Name))}")];
}
