using Pipeline.Jobs.Runs.Results;
using Pipeline.Web.Addresses;

namespace Pipeline.Web.Api;

/// <summary>A row that was taught, with the addresses of its page and of itself.</summary>
/// <param name="Question">Its question.</param>
/// <param name="Answer">Its answer.</param>
/// <param name="Document">File name of its document.</param>
/// <param name="Page">Page, or 0.</param>
/// <param name="PageUrl">Its page, at its block; null for rows of files.</param>
/// <param name="RowUrl">The row in its dataset.</param>
internal sealed record SourceAnswer(string Question, string Answer, string Document, int Page, string? PageUrl, string RowUrl)
{
    public static SourceAnswer Of(TaughtSource source) => new(source.Question, source.Answer, source.Document, source.Page,
        source.DocumentId is { } document ? DocumentAddress.Of(source.RunId, document, source.Page, source.Block) : null,
        $"/datasets/{source.DatasetId}?row={source.Hash}");
}
