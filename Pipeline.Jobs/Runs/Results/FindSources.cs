using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>The rows an adapter was taught that are most similar to a text, best first; null when there is no such adapter.</summary>
/// <param name="Adapter">Its name.</param>
/// <param name="Text">What is looked for.</param>
/// <param name="Limit">How many at most.</param>
public sealed record FindSources(string Adapter, string Text, int Limit = 3) : IRequest<IReadOnlyList<TaughtSource>?>;

/// <summary>A row that was taught, with its place.</summary>
/// <param name="RunId">The adapter's run.</param>
/// <param name="DatasetId">Its dataset.</param>
/// <param name="Hash">The row.</param>
/// <param name="Question">Its question.</param>
/// <param name="Answer">Its answer.</param>
/// <param name="Document">File name of its document.</param>
/// <param name="DocumentId">The document's part in the run; null for rows of files.</param>
/// <param name="Page">Page, or 0.</param>
/// <param name="Block">Block of the page; may be empty.</param>
public sealed record TaughtSource(Guid RunId, Guid DatasetId, string Hash, string Question, string Answer, string Document,
    Guid? DocumentId, int Page, string Block);

internal sealed class FindSourcesHandler(IDbContextFactory<PipelineDbContext> contexts)
    : IRequestHandler<FindSources, IReadOnlyList<TaughtSource>?>
{
    public async ValueTask<IReadOnlyList<TaughtSource>?> Handle(FindSources request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Adapter? adapter = await db.Adapters.AsNoTracking().SingleOrDefaultAsync(a => a.Name == request.Adapter, cancellationToken);
        if (adapter is null) return null;
        Guid? dataset = await db.Runs.Where(run => run.Id == adapter.RunId).Select(run => run.DatasetId)
            .SingleOrDefaultAsync(cancellationToken);
        string text = request.Text.Replace('\0', ' ');
        if (dataset is null || string.IsNullOrWhiteSpace(text)) return [];

        // Any of the words, whatever the language; rows with more and rarer ones first, of equal ones the shorter.
        List<DatasetExample> rows = await db.DatasetExamples.FromSql($"""
            SELECT example.* FROM dataset_examples example,
                (SELECT replace(plainto_tsquery('simple', {text})::text, '&', '|')::tsquery AS words) query
            WHERE example.dataset_id = {dataset} AND example.split = 'train'
                AND to_tsvector('simple', example.question || ' ' || example.answer) @@ query.words
            ORDER BY ts_rank(to_tsvector('simple', example.question || ' ' || example.answer), query.words, 1) DESC, example.ordinal
            LIMIT {request.Limit * 8}
            """).AsNoTracking().ToListAsync(cancellationToken);
        Dictionary<string, Guid> documents = (await db.RunDocuments.AsNoTracking()
                .Where(part => part.RunId == adapter.RunId && part.DuplicateOf == null)
                .Select(part => new { part.DocumentSha256, part.Id }).ToArrayAsync(cancellationToken))
            .GroupBy(part => part.DocumentSha256).ToDictionary(group => group.Key, group => group.First().Id);
        return
        [
            .. rows.Select(row => (Example: row, Row: RowJson.Read<Row>(row.Row)))
                .DistinctBy(row => row.Row.Fact.Length > 0 ? row.Row.Fact : row.Row.Hash)       // one wording of each fact
                .Take(request.Limit)
                .Select(row => new TaughtSource(adapter.RunId, dataset.Value, row.Row.Hash, row.Example.Question, row.Example.Answer,
                    row.Example.Document, documents.TryGetValue(row.Example.DocumentSha256, out Guid id) ? id : null, row.Example.Page,
                    row.Row.Sources.FirstOrDefault()?.Block ?? "")),
        ];
    }
}
