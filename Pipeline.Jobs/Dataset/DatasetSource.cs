namespace Pipeline.Jobs.Dataset;

/// <summary>One document to make examples from.</summary>
/// <param name="DocumentJson">Its <c>document.json</c>.</param>
/// <param name="Captions">Image path inside the document to description.</param>
internal sealed record DatasetSource(string DocumentJson, IReadOnlyDictionary<string, string> Captions);
