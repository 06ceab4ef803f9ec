using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>
/// The documents that were looked at last, as they were read: leafing through one does not read its whole file for every page. Equal
/// content has one key, so nothing here can be out of date.
/// </summary>
internal sealed class RecentDocuments
{
    private const int Most = 4;                 // a document of 2,000 pages takes some ten megabytes

    private readonly Lock _lock = new();
    private readonly List<(string Sha256, Task<ExtractedDocument> Document)> _recent = [];

    /// <param name="sha256">Artifact of its <c>document.json</c>.</param>
    /// <param name="read">Reads it where it is not at hand.</param>
    public async Task<ExtractedDocument> ReadAsync(string sha256, Func<Task<ExtractedDocument>> read)
    {
        Task<ExtractedDocument> document;
        lock (_lock)
        {
            int known = _recent.FindIndex(entry => entry.Sha256 == sha256 && entry.Document is { IsFaulted: false, IsCanceled: false });
            document = known >= 0 ? _recent[known].Document : read();
            if (known >= 0) _recent.RemoveAt(known);
            _recent.Insert(0, (sha256, document));
            if (_recent.Count > Most) _recent.RemoveAt(Most);
        }
        return await document;
    }
}
