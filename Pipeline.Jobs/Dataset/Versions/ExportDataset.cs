using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Writes a dataset in a format of others; null when there is no such dataset.</summary>
/// <param name="DatasetId">The dataset.</param>
/// <param name="Options">Which rows, and how.</param>
/// <param name="Path">File, or folder where the path has no extension.</param>
public sealed record ExportDataset(Guid DatasetId, ExportOptions Options, string Path) : IRequest<ExportResult?>;

internal sealed class ExportDatasetHandler(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage)
    : IRequestHandler<ExportDataset, ExportResult?>, IRequestHandler<ReadRows, IReadOnlyList<Row>?>
{
    public async ValueTask<ExportResult?> Handle(ExportDataset request, CancellationToken cancellationToken) =>
        await Handle(new ReadRows(request.DatasetId), cancellationToken) is { } rows
            ? await DatasetExport.WriteAsync(rows, request.Options, request.Path, cancellationToken) : null;

    public async ValueTask<IReadOnlyList<Row>?> Handle(ReadRows request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Data.Entities.Dataset? dataset = await db.Datasets.AsNoTracking()
            .SingleOrDefaultAsync(d => d.Id == request.DatasetId, cancellationToken);
        if (dataset is null) return null;
        IReadOnlyList<Row> rows = await Drafts.RowsAsync(db, dataset.Id, cancellationToken);
        return rows.Count > 0 ? rows : await FromFilesAsync(dataset, cancellationToken);
    }

    // Datasets of earlier versions have files only.
    private async Task<IReadOnlyList<Row>> FromFilesAsync(Data.Entities.Dataset dataset, CancellationToken ct)
    {
        string scratch = Directory.CreateTempSubdirectory("pipeline-export-").FullName;
        try
        {
            await storage.Artifacts.RestoreFolderAsync(dataset.Files, scratch, ct);
            return (await DatasetImport.ReadAsync(scratch, new ImportOptions(), ct)).Rows;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
