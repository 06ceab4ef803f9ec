using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>Which rows of a run stay. Every limit can be switched off with null.</summary>
public sealed record FilterOptions
{
    /// <summary>Longest row in tokens of the base model: question and answer, or text.</summary>
    public int? MaxTokens { get; init; } = 2048;

    /// <summary>Longest row in characters.</summary>
    public int? MaxCharacters { get; init; } = 20_000;

    /// <summary>Shortest text of a <see cref="RowType.Text"/> or <see cref="RowType.Rewrite"/> row in characters.</summary>
    public int MinCharacters { get; init; } = 40;

    /// <summary>Share of shingles, 0 to 1, from which two rows of one type and language are nearly the same.</summary>
    public double NearDuplicate { get; init; } = 0.8;

    /// <summary>Largest share of one document among the rows, 0 to 1, where there are <see cref="MinDocuments"/> or more.</summary>
    public double? MaxShareOfDocument { get; init; } = 0.5;

    /// <summary>Rows that a document may have whatever its share, so that one manual beside four leaflets is still taught.</summary>
    public int MinRowsOfDocument { get; init; } = 2000;

    /// <summary>Number of documents from which <see cref="MaxShareOfDocument"/> holds.</summary>
    public int MinDocuments { get; init; } = 5;

    /// <summary>Most rows of one section. A table of 40 rows and five columns has as many in all wordings, and is to be taught.</summary>
    public int? MaxRowsOfSection { get; init; } = 2000;

    /// <summary>Largest share of all rows per type, 0 to 1; types that are not named have no limit.</summary>
    public IReadOnlyDictionary<RowType, double> MaxShareOfType { get; init; } = new Dictionary<RowType, double>();

    /// <summary>Whether e-mail addresses, telephone, card, account and national numbers are replaced by their kind.</summary>
    public bool MaskPersonal { get; init; }

    /// <summary>Texts of users' files that must not be trained on: whole files, their lines or their rows.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];
}
