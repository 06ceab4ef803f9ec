using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Behaviors;
using Pipeline.Jobs.Dataset;
using Pipeline.Models;

namespace Pipeline.Jobs.Ingest;

/// <summary>
/// Starts a run over the PDFs of a folder and its subfolders. Answers as soon as the run is stored. While an equal run (same folder,
/// same settings) is unfinished, that run is returned: a request sent twice makes one run.
/// </summary>
/// <param name="Folder">The folder; relative to the working folder of this process when not absolute.</param>
/// <param name="Options">All settings of the run.</param>
/// <param name="ScheduleId">Schedule that starts it, or null.</param>
public sealed record IngestFolder(string Folder, RunOptions Options, Guid? ScheduleId = null) : IRequest<RunAccepted>, IValidated,
    ICarriesRunOptions
{
    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems() => FolderRuns.FindFault(Folder) is { } fault ? [new SettingFault("folder", fault)]
        : RunFiles.Faults(Path.GetFullPath(Folder), Options);

    /// <summary>Finds, without a database, everything that would make the request fail.</summary>
    /// <param name="configuration">Settings of the host, which define engines.</param>
    /// <param name="ct">Stops the check.</param>
    /// <returns>Every fault; empty for none.</returns>
    public async Task<IReadOnlyList<SettingFault>> FindFaultsAsync(IConfiguration configuration, CancellationToken ct)
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddLogging().AddSingleton(configuration).AddSingleton(Stages.Graph).AddRunOptionsChecks().BuildServiceProvider();
        return [.. Problems(), .. await services.GetRequiredService<RunOptionsChecks>().FindAsync(Options, ct)];
    }
}

internal sealed class IngestFolderHandler(IDbContextFactory<PipelineDbContext> contexts, StageGraph graph, TimeProvider time,
    ILogger<IngestFolderHandler> logger)
    : IRequestHandler<IngestFolder, RunAccepted>
{
    public async ValueTask<RunAccepted> Handle(IngestFolder request, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(request.Folder);
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Run run = new(request.Options.Name ?? new DirectoryInfo(folder).Name, folder,
            RunOptionsJson.Write(request.Options.WithAbsoluteModels()), time.GetUtcNow(), request.ScheduleId);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Of two equal concurrent requests the second waits here and then finds the run of the first.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({folder + run.Configuration}, 0))",
            cancellationToken);
        if (await db.UnfinishedRunAsync(folder, run.Configuration, cancellationToken) is { } unfinished) return new RunAccepted(unfinished);
        await db.AddRunAsync(graph, run, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        JobsLog.RunAccepted(logger, run.Id, run.Name);
        return new RunAccepted(run.Id);
    }
}
