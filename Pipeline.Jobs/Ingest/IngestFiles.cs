using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Behaviors;
using Pipeline.Jobs.Dataset;
using Pipeline.Models;

namespace Pipeline.Jobs.Ingest;

/// <summary>
/// Starts a run over uploaded PDFs, or over the PDFs of uploaded zip files. Answers once all bytes and the run are stored.
/// </summary>
/// <param name="Files">The files, read in order.</param>
/// <param name="Options">All settings of the run.</param>
public sealed record IngestFiles(IReadOnlyList<IncomingFile> Files, RunOptions Options) : IRequest<RunAccepted>, IValidated,
    ICarriesRunOptions
{
    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems() =>
        Files.Count == 0 ? [new SettingFault("files", "nothing uploaded; expected one or more .pdf files or a .zip of them")]
        : RunFiles.Faults(null, Options);
}

internal sealed class IngestFilesHandler(IDbContextFactory<PipelineDbContext> contexts, StageGraph graph, IArtifactStore artifacts,
    TimeProvider time, ILogger<IngestFilesHandler> logger)
    : IRequestHandler<IngestFiles, RunAccepted>
{
    public async ValueTask<RunAccepted> Handle(IngestFiles request, CancellationToken cancellationToken)
    {
        string name = request.Options.Name ?? Path.GetFileNameWithoutExtension(UploadedName.Clean(request.Files[0].Name));
        Run run = new(name, null, RunOptionsJson.Write(request.Options.WithAbsoluteModels()), time.GetUtcNow());
        DocumentRegistry registry = new(run.Id);
        UploadedName names = new();
        foreach (IncomingFile file in request.Files)
        {
            string path = UploadedName.Clean(file.Name);
            if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
                await foreach ((string inner, StoredArtifact stored) in ZipUpload.StoreAsync(path, file.Content, artifacts,
                    cancellationToken))
                    registry.Add(names.Unique(inner), stored);
            else if (path.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase))
                registry.Add(names.Unique(path), await artifacts.PutAsync(file.Content, cancellationToken));
            else
                throw new InputException($"{path}: expected a .pdf or .zip file");
        }
        if (registry.Count == 0) throw new InputException($"{UploadedName.Clean(request.Files[0].Name)} holds no .pdf files");

        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await registry.StoreContentAsync(db, cancellationToken);
        db.RunDocuments.AddRange(registry.Documents);
        await db.AddRunAsync(graph, run, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        JobsLog.RunAccepted(logger, run.Id, run.Name);
        return new RunAccepted(run.Id);
    }
}
