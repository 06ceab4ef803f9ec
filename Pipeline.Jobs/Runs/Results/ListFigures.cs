using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Jobs.Behaviors;
using Pipeline.Models;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>Figures of a run's documents with their captions, by document and number.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Only">Only captions that want a look: one of <see cref="Filters"/>; null for all.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Offset">How many to skip.</param>
public sealed record ListFigures(Guid RunId, string? Only = null, int Limit = 60, int Offset = 0) : IRequest<FigurePage>, IValidated
{
    /// <summary>No caption at all.</summary>
    public const string Missing = "missing";

    /// <summary>So short that it says next to nothing.</summary>
    public const string Short = "short";

    /// <summary>The words of another figure's caption too.</summary>
    public const string Repeated = "repeated";

    /// <summary>All filters.</summary>
    public static IReadOnlyList<string> Filters { get; } = [Missing, Short, Repeated];

    /// <summary>Most figures of a page.</summary>
    public const int Most = 500;

    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems()
    {
        if (Only is not null && !Filters.Contains(Only))
            yield return new SettingFault("only", $"found '{Only}'; expected one of {string.Join(", ", Filters)}");
        if (Limit is < 1 or > Most) yield return new SettingFault("limit", $"found {Limit}; expected 1 to {Most}");
        if (Offset < 0) yield return new SettingFault("offset", $"found {Offset}; expected 0 or more");
    }
}

/// <summary>A page of figures.</summary>
/// <param name="Total">Figures that the filter accepts.</param>
/// <param name="Figures">Those of the page.</param>
public sealed record FigurePage(int Total, IReadOnlyList<FigureEntry> Figures);

/// <summary>A figure with what a vision model said of it.</summary>
/// <param name="DocumentId">Its document's part in the run.</param>
/// <param name="Document">Path of its document.</param>
/// <param name="Image">Path of its image in the extraction: <c>images/figure-3.png</c>.</param>
/// <param name="Sha256">The image.</param>
/// <param name="Caption">The latest caption; null where there is none.</param>
/// <param name="Model">Fingerprint of the model that wrote it.</param>
/// <param name="Seconds">Time it took.</param>
public sealed record FigureEntry(Guid DocumentId, string Document, string Image, string Sha256, string? Caption, string? Model,
    double? Seconds)
{
    /// <summary>The figure's id in its document: <c>figure-3</c>.</summary>
    public string Id => Path.GetFileNameWithoutExtension(Image);
}

internal sealed class ListFiguresHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ListFigures, FigurePage>
{
    private const int ShortCaption = 25;        // characters: "A chart." tells nothing that the picture's place does not

    public async ValueTask<FigurePage> Handle(ListFigures request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        string only = request.Only ?? "";
        // A figure's number stands in its name; equal images in a run have one caption, which repeats nothing.
        IQueryable<Found> figures = db.Database.SqlQuery<Found>($"""
            WITH figures AS (
                SELECT part.id AS document_id, part.path AS document, file.key AS image, file.value AS sha256,
                    caption.text AS caption, caption.model_fingerprint AS model, caption.seconds,
                    (substring(file.key FROM 'figure-([0-9]{"{1,9}"})'))::int AS number
                FROM run_documents part
                JOIN extractions extraction ON extraction.id = part.extraction_id
                CROSS JOIN LATERAL jsonb_each_text(extraction.files::jsonb) file
                LEFT JOIN LATERAL (SELECT text, model_fingerprint, seconds FROM captions WHERE image_sha256 = file.value
                    ORDER BY created_at DESC LIMIT 1) caption ON true
                WHERE part.run_id = {request.RunId} AND part.duplicate_of IS NULL AND file.key LIKE 'images/figure-%')
            SELECT document_id, document, image, sha256, caption, model, seconds, number FROM figures
            WHERE {only} = '' OR ({only} = {ListFigures.Missing} AND caption IS NULL)
                OR ({only} = {ListFigures.Short} AND length(caption) < {ShortCaption})
                OR ({only} = {ListFigures.Repeated} AND EXISTS (SELECT 1 FROM figures other
                    WHERE other.caption = figures.caption AND other.sha256 <> figures.sha256))
            """);
        int total = await figures.CountAsync(cancellationToken);
        Found[] page = await figures.OrderBy(f => f.Document).ThenBy(f => f.Number).ThenBy(f => f.Image)
            .Skip(request.Offset).Take(request.Limit).ToArrayAsync(cancellationToken);
        return new FigurePage(total, [.. page.Select(f =>
            new FigureEntry(f.DocumentId, f.Document, f.Image, f.Sha256, f.Caption, f.Model, f.Seconds))]);
    }

    private sealed record Found(Guid DocumentId, string Document, string Image, string Sha256, string? Caption, string? Model,
        double? Seconds, int? Number);
}
