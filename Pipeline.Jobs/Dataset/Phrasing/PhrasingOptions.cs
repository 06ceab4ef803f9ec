namespace Pipeline.Jobs.Dataset.Phrasing;

/// <summary>The operator's own phrasings. Configuration section <c>Phrasings</c>.</summary>
public sealed class PhrasingOptions
{
    /// <summary>Folder with files such as <c>nl.yaml</c>, which add languages or wordings; null for the product's own alone.</summary>
    public string? Folder { get; set; }
}
