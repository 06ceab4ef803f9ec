using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>Which rows are written, and how.</summary>
public sealed record ExportOptions
{
    /// <summary>The format.</summary>
    public RowFormat Format { get; init; }

    /// <summary>Only rows of this split; null for all.</summary>
    public RowSplit? Split { get; init; }

    /// <summary>Rejected rows too.</summary>
    public bool Rejected { get; init; }

    /// <summary>With the columns that say what is known of a row: hash, type, fact, document and page, among others.</summary>
    public bool Provenance { get; init; }

    /// <summary>The options by the names that users write.</summary>
    /// <param name="format">Name of the format in lower case.</param>
    /// <param name="split"><c>train</c>, <c>eval</c>, <c>exam</c>, or null or <c>all</c>.</param>
    /// <param name="rejected">Rejected rows too; only with all splits, as they have none.</param>
    /// <param name="provenance">With the columns of provenance.</param>
    /// <exception cref="SettingsException">A name is unknown.</exception>
    public static ExportOptions Parse(string? format, string? split, bool rejected, bool provenance)
    {
        List<SettingFault> faults = new();
        RowFormat? known = RowColumns.Parse<RowFormat>(format);
        if (known is null)
            faults.Add(new SettingFault("format", $"found '{format}'; expected {string.Join(", ",
                Enum.GetValues<RowFormat>().Select(RowColumns.Name))}"));
        RowSplit? part = split is null or "all" ? null : RowColumns.Parse<RowSplit>(split);
        if (part is RowSplit.None || (part is null && split is not (null or "all")))
            faults.Add(new SettingFault("split", $"found '{split}'; expected train, eval, exam or all"));
        if (rejected && part is not null) faults.Add(new SettingFault("rejected", "rejected rows are of no split; ask for all"));
        return faults.Count > 0 ? throw new SettingsException(faults)
            : new ExportOptions { Format = known!.Value, Split = part, Rejected = rejected, Provenance = provenance };
    }
}
