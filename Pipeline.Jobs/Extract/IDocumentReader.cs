using Pipeline.Models;

namespace Pipeline.Jobs.Extract;

/// <summary>The parser behind the extraction stage.</summary>
internal interface IDocumentReader
{
    /// <summary>Version of the parser's output; part of the cache key.</summary>
    string Version { get; }

    /// <summary>The options that change the output; part of the cache key.</summary>
    string OptionsKey(RunOptions options);

    /// <summary>Writes <c>document.md</c>, <c>document.json</c>, <c>images/</c> and <c>pages/</c> into a folder.</summary>
    /// <returns>What was read.</returns>
    /// <exception cref="InputException">The document cannot be used; the message names it and the fix.</exception>
    Task<ReadDocument> ReadAsync(string pdf, string folder, RunOptions options, CancellationToken ct);

    /// <summary>Image paths of the figures of a <c>document.json</c>, in reading order.</summary>
    IReadOnlyList<string> FigureImages(string documentJson);
}
