using System.Text.Json;
using Mediator;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Jobs;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Models;
using Pipeline.Web.Hosting;

namespace Pipeline.Web.Runs;

/// <summary>One run, executed and observed by this process.</summary>
internal static class LocalRun
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50);

    /// <returns>Exit code: 0 published, 1 the run failed or was canceled. Everything else is an exception.</returns>
    public static async Task<int> ExecuteAsync(LocalRunOrder order, TextWriter output, TextWriter error, CancellationToken stopping)
    {
        IngestFolder request = new(order.Folder, order.Options);
        ServerSettings settings = new() { Role = ServerRole.Worker, DataFolder = order.DataFolder };
        // Checked before a server is started in vain.
        if (await request.FindFaultsAsync(HostSettings.Read(settings), stopping)
            is { Count: > 0 } faults) throw new SettingsException(faults, order.ConfigFile);
        DocumentExtractor.RequirePrerequisites();           // without it every document fails: report that first
        await using PipelineStorage storage = await PipelineStorage.OpenAsync(HostSettings.StorageOf(settings), stopping);
        using IHost host = WorkerServer.BuildQuiet(settings, storage);
        ISender sender = host.Services.GetRequiredService<ISender>();

        RunAccepted? unfinished = await sender.Send(new ResumeFolder(order.Folder, order.Options), stopping);
        Guid run = (unfinished ?? await sender.Send(request, stopping)).RunId;
        RunProgressView view = new(order.Json
            ? error : output, host.Services.GetRequiredService<StageWords>(), run, resumed: unfinished is not null);
        await host.StartAsync(stopping);
        RunDetails details;
        try
        {
            details = await WatchAsync(sender, host.Services.GetRequiredService<DatabaseSignals>(), run, view, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            view.Stopped();
            throw;
        }
        finally
        {
            // A running training saves its checkpoint here; the same command continues from it later.
            await host.StopAsync(CancellationToken.None);
        }
        await sender.Send(new FetchResults(run), stopping);
        if (order.Json) output.WriteLine(JsonSerializer.Serialize(details.Summary, RunOptionsJson.Settings));
        else RunSummaryText.Write(output, details.Summary);
        return details.Summary.State == RunState.Succeeded ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static async Task<RunDetails> WatchAsync(ISender sender, DatabaseSignals signals, Guid run, RunProgressView view,
        CancellationToken stopping)
    {
        while (true)
        {
            long version = signals.RunVersion(run);
            try
            {
                RunDetails details = await sender.Send(new GetRun(run), stopping)
                    ?? throw new InvalidOperationException($"run {run} has vanished");
                view.Show(details, await sender.Send(new GetMetrics(run), stopping));
                if (details.FinishedAt is not null) return details;
            }
            catch (Exception e) when (Transience.IsServerTrouble(e)) { }        // the work waits for the server too, then continues
            await Task.Delay(Least, stopping);
            await signals.RunChangeAsync(run, version, PollInterval, stopping);
        }
    }
}
