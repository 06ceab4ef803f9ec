using Pipeline.Jobs.Dataset.Rows;

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
}
