namespace Pipeline.Jobs.Dataset.Files;

/// <summary>How a user's file is read.</summary>
public sealed record ImportOptions
{
    /// <summary>The first row that cannot be used stops, instead of being counted and skipped.</summary>
    public bool Strict { get; init; }

    /// <summary>Name of the file's encoding by IANA; null to recognise UTF-8, UTF-16, UTF-32 and GB18030.</summary>
    public string? Encoding { get; init; }

    /// <summary>Of a folder with a <c>dataset_info.json</c>, the datasets to read; empty for all.</summary>
    public IReadOnlyList<string> Datasets { get; init; } = [];

    /// <summary>ISO 639-1 of a text; null leaves rows at <c>und</c>.</summary>
    public Func<string, string>? LanguageOf { get; init; }
}
