using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Tools.Chaos;

/// <summary>Injects one fault into a system and repairs it: what was killed is started again, what was filled is emptied.</summary>
internal sealed class ChaosInjector(
    ChaosSystem system, StageGraph stages, Random random, Func<Func<Task<bool>>, Task<Guid>> submit, string? poison, TimeSpan limit,
    Action<string> say)
{
    public async Task InjectAsync(ChaosFault fault, CancellationToken ct)
    {
        switch (fault)
        {
            case ChaosFault.KillWorker:
                ChildProcess victim = Any();
                say($"kill -9 of {victim.Name} in {await StagesAsync(ct)}");
                await system.ReplaceWorkerAsync(victim, Seconds(0, 2), ct);
                break;
            case ChaosFault.KillInEachStage:
                foreach (StageDefinition stage in stages.All) await KillInAsync(stage.Stage, ct);
                break;
            case ChaosFault.KillWeb:
                say("kill -9 of the web process");
                await system.ReplaceWebAsync(Seconds(0, 2), ct);
                break;
            case ChaosFault.KillAll:
                say($"kill -9 of everything in {await StagesAsync(ct)}");
                KillDatabase();
                foreach (ChildProcess worker in system.Workers) worker.Signal(ChildProcess.Kill);
                system.Web!.Signal(ChildProcess.Kill);
                await Task.Delay(Seconds(0, 2), ct);
                await system.Server.StartServerAsync(durable: true, ct);
                foreach (ChildProcess worker in system.Workers.ToArray()) await system.ReplaceWorkerAsync(worker, TimeSpan.Zero, ct);
                await system.ReplaceWebAsync(TimeSpan.Zero, ct);
                break;
            case ChaosFault.StopDatabase:
                TimeSpan away = random.Next(3) == 0 ? TimeSpan.FromSeconds(30) : Seconds(1, 8);
                say($"the database server is stopped for {away.TotalSeconds:F1} s in {await StagesAsync(ct)}");
                await system.Server.StopServerAsync(ct);
                await Task.Delay(away, ct);
                await system.Server.StartServerAsync(durable: true, ct);
                break;
            case ChaosFault.KillDatabase:
                say($"kill -9 of the database server in {await StagesAsync(ct)}");
                KillDatabase();
                await Task.Delay(Seconds(0, 2), ct);
                await system.Server.StartServerAsync(durable: true, ct);
                break;
            case ChaosFault.FreezeWorker:
                ChildProcess frozen = Any();
                say($"{frozen.Name} is stopped past its lease in {await StagesAsync(ct)}");
                frozen.Signal(ChildProcess.Stop);
                await Task.Delay(TimeSpan.FromSeconds(system.LeaseSeconds * 2.2), ct);
                frozen.Signal(ChildProcess.Continue);
                break;
            case ChaosFault.FillDisk:
                say($"the disk is full for a while in {await StagesAsync(ct)}");
                system.Disk.Fill();
                await Task.Delay(Seconds(1, 4), ct);
                system.Disk.Empty();
                break;
            case ChaosFault.JumpClock:
                string hours = random.Next(2) == 0 ? "-1 hour" : "1 hour";
                say($"the clock jumps: stored leases move by {hours} in {await StagesAsync(ct)}");
                await system.ScalarAsync<long>(
                    $"""
                    WITH moved AS (
                        UPDATE stage_items SET lease_until = lease_until + interval '{hours}' WHERE state = 'Running' RETURNING 1)
                    SELECT count(*) FROM moved
                    """, ct);
                break;
            case ChaosFault.PoisonDocument:
                await KillWhoeverTakesAsync(poison!, ct);
                break;
            case ChaosFault.SubmitAgain:
                // After its end the same request rightly starts another run, and the end may come while the server does not answer.
                Task<bool> IsEndingAsync() => system.ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM stage_items WHERE stage = 'Publish' AND state <> 'Pending')", ct);
                Guid[] again = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => submit(IsEndingAsync)));
                say($"the folder is submitted {again.Count(id => id != Guid.Empty)} times more, at once");
                break;
            case ChaosFault.AddWorker:
                say("one more worker with its own dispatcher and scheduler");
                system.AddWorker();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "unknown fault");
        }
    }

    /// <summary>Like a document that crashes its process: a real kill, while the worker holds it and cannot finish it.</summary>
    private async Task KillWhoeverTakesAsync(string path, CancellationToken ct)
    {
        say($"{path} kills every worker that takes it");
        const string held = """
            SELECT coalesce((SELECT i.worker
                FROM stage_items AS i JOIN run_documents AS d ON d.id = i.run_document_id
                    WHERE d.path = $1 AND i.state = 'Running' LIMIT 1), '')
                || '|' || (SELECT count(*)
                    FROM stage_items AS i JOIN run_documents AS d ON d.id = i.run_document_id
                        WHERE d.path = $1 AND i.state IN ('Failed', 'Succeeded', 'Skipped'))
            """;
        for (DateTime end = DateTime.UtcNow + limit; DateTime.UtcNow < end;)
        {
            string[] now = (await system.ScalarAsync<string>(held, ct, path)).Split('|');
            if (now[1] != "0") return;
            if (system.WorkerOf(now[0]) is { IsRunning: true } worker)
                await system.ReplaceWorkerAsync(worker, TimeSpan.Zero, ct);
            await Task.Delay(15, ct);
        }
    }

    /// <summary>Kills the first worker seen holding an item of the stage. Some stages last milliseconds and may be over by then.</summary>
    private async Task KillInAsync(Stage stage, CancellationToken ct)
    {
        await using NpgsqlConnection connection = await system.ConnectAsync(ct);
        await using NpgsqlCommand command = new("""
            SELECT coalesce((SELECT worker FROM stage_items WHERE stage = $1 AND state = 'Running' LIMIT 1), ''),
                EXISTS (SELECT 1 FROM stage_items WHERE stage = ANY($2)) OR EXISTS (SELECT 1 FROM runs WHERE finished_at IS NOT NULL)
            """, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = stage.Name });
        command.Parameters.Add(new NpgsqlParameter { Value = stages.Descendants(stage).Select(s => s.Stage.Name).ToArray() });
        await command.PrepareAsync(ct);
        for (DateTime end = DateTime.UtcNow + limit; DateTime.UtcNow < end; await Task.Delay(2, ct))
        {
            string holder;
            bool over;
            await using (NpgsqlDataReader now = await command.ExecuteReaderAsync(ct))
            {
                await now.ReadAsync(ct);
                (holder, over) = (now.GetString(0), now.GetBoolean(1));
            }
            if (system.WorkerOf(holder) is { IsRunning: true } worker)
            {
                worker.Signal(ChildProcess.Kill);
                say($"kill -9 of {worker.Name} in {stage.SnakeName}");
                await system.ReplaceWorkerAsync(worker, TimeSpan.Zero, ct);
                return;
            }
            if (!over) continue;
            say($"{stage.SnakeName} was over before its worker could be killed");
            return;
        }
    }

    private void KillDatabase()
    {
        if (system.Server.ServerProcess is { } id) ChildProcess.SendSignal(id, ChildProcess.Kill);
    }

    private async Task<string> StagesAsync(CancellationToken ct) =>
        string.Join('+', await system.LinesAsync("SELECT DISTINCT lower(stage) FROM stage_items WHERE state = 'Running' ORDER BY 1", ct))
        is { Length: > 0 } stages ? stages : "a pause";

    private ChildProcess Any() => system.Workers[random.Next(system.Workers.Count)];

    private TimeSpan Seconds(double from, double to) => TimeSpan.FromSeconds(from + (to - from) * random.NextDouble());
}
