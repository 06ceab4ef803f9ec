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
    private readonly LinkedList<(string Sha256, Task<ExtractedDocument> Document)> _recent = new();

    /// <param name="sha256">Artifact of its <c>document.json</c>.</param>
    /// <param name="read">Reads it where it is not at hand.</param>
    public async Task<ExtractedDocument> ReadAsync(string sha256, Func<Task<ExtractedDocument>> read)
    {
        Task<ExtractedDocument>? document = null;
        lock (_lock)
        {
            for (LinkedListNode<(string Sha256, Task<ExtractedDocument> Document)>? node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Sha256 != sha256 || node.Value.Document.IsFaulted || node.Value.Document.IsCanceled) continue;
                document = node.Value.Document;
                _recent.Remove(node);
                break;
            }
            document ??= read();
            _recent.AddFirst((sha256, document));
            if (_recent.Count > Most) _recent.RemoveLast();
        }
        return await document;
    }
}
