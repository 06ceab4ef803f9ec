using Mediator;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.View;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Web.Addresses;
using Pipeline.Web.Pages.Languages;

namespace Pipeline.Web.Pages.Documents;

/// <summary>One page of a document: its raster with the blocks, what was read in them, and the rows that came of it.</summary>
internal sealed class DocumentModel(ISender sender, IStringLocalizer<PageTexts> texts, IStringLocalizer<DataWords> words) : PageModel
{
    private const int MostRows = 200;

    public RunDetails? Run { get; private set; }

    public RunDocumentDetails? Details { get; private set; }

    /// <summary>The page that is shown; null without an extraction.</summary>
    public DocumentPage? Shown { get; private set; }

    public DocumentView? View { get; private set; }

    /// <summary>Rows that begin on the page, by the block they come from.</summary>
    public IReadOnlyList<IGrouping<string, RowEntry>> Rows { get; private set; } = [];

    /// <summary>All rows that begin on the page, of which <see cref="Rows"/> may be the first.</summary>
    public int TotalRows { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid run, Guid document, CancellationToken cancellationToken, int number = 1,
        string? figure = null)
    {
        Run = await sender.Send(new GetRun(run), cancellationToken);
        Details = Run is null ? null : await sender.Send(new GetRunDocument(run, document), cancellationToken);
        if (Run is null || Details is null)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
            return Page();
        }
        if (Details.Document is not { Pages.Count: > 0 } read) return Page();
        if (read.Figures.FirstOrDefault(f => f.Id == figure) is { } wanted)
        {
            return LocalRedirect(DocumentAddress.Of(run, document, wanted.Page,
                read.Blocks.FirstOrDefault(block => block.Figure == wanted.Id)?.Id));
        }
        Shown = read.Pages.FirstOrDefault(page => page.Number == number) ?? read.Pages[0];
        View = new DocumentView(read, path => $"/api/runs/{run}/documents/{document}/files/{path}", Say,
            page => DocumentAddress.Of(run, document, page));
        await ReadRowsAsync(cancellationToken);
        return Page();
    }

    // Kinds of blocks are words of data, the rest is the view's own.
    private string Say(string text) => words[text] is { ResourceNotFound: false } word ? word : texts[text];

    private async Task ReadRowsAsync(CancellationToken cancellationToken)
    {
        if (Run!.DatasetId is not { } dataset) return;
        RowFilter filter = new() { Document = Details!.Entry.Sha256, Page = Shown!.Number };
        if (await sender.Send(new ListRows(dataset, filter, MostRows), cancellationToken) is not { } rows) return;
        TotalRows = rows.Total;
        Rows = [.. rows.Rows.GroupBy(row => row.Row.Sources.FirstOrDefault(source => source.Page == Shown.Number)?.Block ?? "")];
    }
}
