using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Dataset;

/// <summary>Checks the rows of a chunk against its text: by rules, and where the run wants it by the model once more.</summary>
internal sealed class VerifyRows(IDbContextFactory<PipelineDbContext> contexts, IDatasetRules rules, ChunkModels models) : IStageHandler
{
    public string? QueueOf(RunOptions options) => ChunkModels.QueueOf(options);

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        ChunkWork work = await ChunkWork.ReadAsync(db, claim, ct);
        IReadOnlyList<Row> rows = await Task.Run(() => (IReadOnlyList<Row>)[.. work.Rows.Select(row => rules.Verify(work.Chunk, row))], ct);
        CallCounts counts = CallCounts.None;
        if (work.Options.Dataset.Writing.VerifyByModel)
            (rows, counts) = await models.WithAsync(work, claim, model => AgainAsync(model, work.Chunk, rows, ct), (rows, counts), ct);
        await work.CompleteAsync(claim, row => row.Verified = RowJson.Write(rows), counts, ct);
        return $"{claim.Item.Key}: {rows.Count(row => row.State != RowState.Rejected)} of {rows.Count} rows stand";
    }

    private static async Task<(IReadOnlyList<Row>, CallCounts)> AgainAsync(IRowModel model, Chunk chunk, IReadOnlyList<Row> rows,
        CancellationToken ct)
    {
        List<Row> read = [];
        CallCounts counts = CallCounts.None;
        foreach (Row row in rows)
        {
            // Only what a model wrote: phrasings of facts say what the document says.
            if (row.State == RowState.Rejected || row.Generator.Model is null)
            {
                read.Add(row);
                continue;
            }
            CheckedRow again = await model.VerifyAsync(chunk, row, ct);
            read.Add(again.Row);
            counts += again.Counts;
        }
        return (read, counts);
    }
}
