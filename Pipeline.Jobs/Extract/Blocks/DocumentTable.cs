namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>A table of a document.</summary>
public sealed record DocumentTable
{
    /// <summary>Unique in the document: <c>table-2</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Page, from 1.</summary>
    public required int Page { get; init; }

    /// <summary>Where it is on the page.</summary>
    public required Box Box { get; init; }

    /// <summary>Cells of the first row.</summary>
    public required IReadOnlyList<string> Header { get; init; }

    /// <summary>Cells of the other rows, each as long as <see cref="Header"/>.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Rows { get; init; }

    /// <summary>The printed caption, <c>Table 2: …</c>, where there is one.</summary>
    public string? Caption { get; init; }
}
