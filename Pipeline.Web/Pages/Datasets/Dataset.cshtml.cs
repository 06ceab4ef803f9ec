using Mediator;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Models;
using Pipeline.Web.Addresses;

namespace Pipeline.Web.Pages.Datasets;

/// <summary>Rows of one version of a dataset, filtered and paged by the database, with the draft in which they are reviewed.</summary>
internal sealed class DatasetModel(ISender sender) : PageModel
{
    public const int PageSize = 50;

    private IReadOnlyDictionary<string, DocumentPart> _documents = new Dictionary<string, DocumentPart>();

    public DatasetEntry? Dataset { get; private set; }

    public Funnel? Funnel { get; private set; }

    public DatasetDraft? Draft { get; private set; }

    public RowPage Rows { get; private set; } = new(0, [], null);

    /// <summary>What of the filter cannot be, in words.</summary>
    public IReadOnlyList<string> Faults { get; private set; } = [];

    /// <summary>The documents of its run.</summary>
    public IEnumerable<DocumentPart> Documents => _documents.Values;

    [BindProperty(SupportsGet = true)] public string? State { get; set; }

    [BindProperty(SupportsGet = true)] public string? Split { get; set; }

    [BindProperty(SupportsGet = true)] public string? Type { get; set; }

    [BindProperty(SupportsGet = true)] public string? Language { get; set; }

    [BindProperty(SupportsGet = true)] public string? Document { get; set; }

    [BindProperty(SupportsGet = true, Name = "page_number")] public int? OfPage { get; set; }

    [BindProperty(SupportsGet = true)] public string? Reason { get; set; }

    [BindProperty(SupportsGet = true)] public string? Fact { get; set; }

    [BindProperty(SupportsGet = true)] public string? Search { get; set; }

    /// <summary>Show this row alone.</summary>
    [BindProperty(SupportsGet = true)] public string? Row { get; set; }

    /// <summary>Rows after this position, from the link to the next page.</summary>
    [BindProperty(SupportsGet = true)] public int? After { get; set; }

    public bool IsFiltered => Row is not null || Query().Count > 0;

    public async Task OnGetAsync(Guid id, CancellationToken cancellationToken)
    {
        Dataset = await sender.Send(new GetDataset(id), cancellationToken);
        if (Dataset is null)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        Funnel = await sender.Send(new GetFunnel(id), cancellationToken);
        Draft = await sender.Send(new GetDraft(id, 1), cancellationToken);
        if (Dataset.RunId is { } run)
            _documents = (await sender.Send(new ListDocumentParts(run), cancellationToken)).DistinctBy(part => part.Sha256)
                .ToDictionary(part => part.Sha256);
        try
        {
            Rows = Row is { Length: > 0 } hash
                ? await sender.Send(new GetRow(id, hash), cancellationToken) is { } row ? new RowPage(1, [row], null) : Rows
                : await sender.Send(new ListRows(id, Filter(), PageSize, After: After), cancellationToken) ?? Rows;
        }
        catch (SettingsException e)
        {
            Faults = [.. e.Faults.Select(fault => fault.ToString())];
            Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    /// <summary>Address of this page with other filters.</summary>
    /// <param name="changes">Name and value; an empty value takes the filter away.</param>
    public string Address(params (string Name, string? Value)[] changes)
    {
        Dictionary<string, string?> query = Query();
        foreach ((string name, string? value) in changes)
            if (string.IsNullOrEmpty(value)) query.Remove(name);
            else query[name] = value;
        return QueryHelpers.AddQueryString($"/datasets/{Dataset!.Id}", query);
    }

    /// <summary>Address of rows with nothing but these filters.</summary>
    public string RowsWith(params (string Name, string? Value)[] filters) =>
        QueryHelpers.AddQueryString($"/datasets/{Dataset!.Id}", filters.ToDictionary(f => f.Name, f => f.Value)) + "#rows";

    /// <summary>Where a row comes from: the page of its document; null for rows of files and of other runs.</summary>
    public string? PlaceOf(SourceSpan source) =>
        Dataset!.RunId is { } run && _documents.TryGetValue(source.DocumentSha256, out DocumentPart? part)
        ? DocumentAddress.Of(run, part.Id, source.Page, source.Block) : null;

    private RowFilter Filter() => new()
    {
        State = Given(State),
        Split = Given(Split),
        Type = Given(Type),
        Language = Given(Language),
        Document = Given(Document),
        Page = OfPage,
        Reason = Given(Reason),
        Fact = Given(Fact),
        Search = Given(Search),
    };

    private Dictionary<string, string?> Query() => new (string Name, string? Value)[]
    {
        ("state", State), ("split", Split), ("type", Type), ("language", Language), ("document", Document),
        ("page_number", OfPage?.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("reason", Reason), ("fact", Fact),
        ("search", Search),
    }.Where(filter => !string.IsNullOrEmpty(filter.Value)).ToDictionary(filter => filter.Name, filter => filter.Value);

    private static string? Given(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
