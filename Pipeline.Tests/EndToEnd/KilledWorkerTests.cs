using System.Diagnostics;
using System.Text.Json;
using Mediator;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Jobs;
using Pipeline.Jobs.Runs;

namespace Pipeline.Tests.EndToEnd;

public sealed class KilledWorkerTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int Steps = 100_000;      // never done: what remains is shortened by canceling

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_whose_process_is_killed_in_training_goes_on_from_the_checkpoint_when_the_command_is_repeated()
    {
        using TemporaryFolder folder = new();
        StarterRun.CopySamples(folder.File("in"), 1);
        RunOptions options = StarterRun.Options(Steps, saveSteps: 2);
        await File.WriteAllTextAsync(folder.File("run.json"), RunOptionsJson.Write(options), Stop);

        using (Process first = Start(folder))
        {
            await UntilAsync("SELECT count(*) FROM training_metrics WHERE name = 'checkpoint' AND step >= 4", first);
            first.Kill();                       // SIGKILL: nothing is cleaned up
            await first.WaitForExitAsync(Stop);
        }
        long steps = await database.ScalarAsync<long>("SELECT count(*) FROM training_metrics WHERE name = 'loss'");
        steps.ShouldBeLessThan(Steps);
        // The worker is dead and its lease long, so that only this ends it: slowness takes no item from a living worker.
        await database.ScalarAsync<long>(
            "WITH ended AS (UPDATE stage_items SET lease_until = now() WHERE state = 'Running' RETURNING 1) SELECT count(*) FROM ended");
        using Process second = Start(folder);
        await UntilAsync("SELECT count(*) FROM log_entries WHERE message LIKE 'training: % steps to go after %' AND attempt = 2", second);
        string resumed = await database.ScalarAsync<string>(
            "SELECT message FROM log_entries WHERE message LIKE 'training: % steps to go after %' AND attempt = 2");
        int done = int.Parse(resumed.Split(" after ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        done.ShouldBeGreaterThanOrEqualTo(4);
        (await database.ScalarAsync<long>("SELECT count(*) FROM runs")).ShouldBe(1);

        await using ServiceProvider services = database.Services(s => s.AddPipelineJobs());
        ISender sender = services.GetRequiredService<ISender>();
        Guid run = await database.ScalarAsync<Guid>("SELECT id FROM runs");
        (await sender.Send(new CancelRun(run), Stop)).ShouldBeTrue();
        await second.WaitForExitAsync(Stop).WaitAsync(Eventually.HangLimit, Stop);
        second.ExitCode.ShouldBe(1);            // the run did not succeed
        string[] lines = (await second.StandardOutput.ReadToEndAsync(Stop)).TrimEnd().Split('\n');
        JsonElement summary = JsonDocument.Parse(lines[^1]).RootElement;
        summary.GetProperty("state").GetString().ShouldBe("canceled");
        summary.GetProperty("run_id").GetGuid().ShouldBe(run);
        foreach (string curve in (string[])["loss", "learning_rate", "grad_norm", "tokens_per_second"])
            (await database.ScalarAsync<long>($"SELECT max(step) - count(*) FROM training_metrics WHERE name = '{curve}'"))
                .ShouldBe(0, $"no point of {curve} is lost");
        (await sender.Send(new ListItems(run), Stop)).Where(i => i.Stage == Stages.Extract).ShouldAllBe(i => i.Attempt == 1);
    }

    private Process Start(TemporaryFolder folder)
    {
        ProcessStartInfo start = new("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Pipeline.Web.dll"), "run", folder.File("in"), "--config", folder.File("run.json"),
            "--data", database.Folder, "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__Pipeline"] = new NpgsqlConnectionStringBuilder(database.ConnectionString).ConnectionString;
        start.Environment["Leases__Seconds"] = "600";
        start.Environment["Leases__HeartbeatSeconds"] = "0.5";
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();           // nobody reads it, but a full pipe would stop the process
        return process;
    }

    private Task UntilAsync(string countSql, Process process) => Eventually.TrueAsync(async () =>
    {
        if (process.HasExited)
            throw new InvalidOperationException(
                $"the process ended with {process.ExitCode}: {await process.StandardOutput.ReadToEndAsync(Stop)}");
        return await database.ScalarAsync<long>(countSql) > 0;
    }, countSql);
}
