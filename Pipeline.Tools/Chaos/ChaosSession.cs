using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Data.Postgres;
using Pipeline.Jobs;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Train;
using Pipeline.Models;
using Pipeline.Web;

namespace Pipeline.Tools.Chaos;

/// <summary>
/// An undisturbed run for reference, then runs with faults. Each has its own database, data folder and processes; the seed
/// decides the faults and their timing, the machine's load decides what they hit.
/// </summary>
internal sealed class ChaosSession(ChaosOrder order, TextWriter output)
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "pipeline-chaos-" + Guid.NewGuid().ToString("N")[..10]);
    private readonly Dictionary<ChaosFault, int> _done = [];

    public async Task<int> RunAsync(CancellationToken ct)
    {
        DocumentExtractor.RequirePrerequisites();
        (string[] documents, string poison) = Samples();
        Directory.CreateDirectory(_folder);
        try
        {
            await using PrivateCluster server = await PrivateCluster.StartAsync(Path.Combine(_folder, "postgres"), ct: ct);
            (ChaosVerdict.Result expected, TimeSpan took) = await ReferenceAsync(server, documents, ct);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"undisturbed: {took.TotalSeconds:F1} s, dataset {expected.Dataset[..12]}, adapter {expected.Adapter[..12]}"));
            int failed = 0;
            for (int i = 1; i <= order.Runs; i++)
                if (!await RunWithFaultsAsync(server, i, documents, poison, expected, took, ct)) failed++;
            output.WriteLine(
                $"{order.Runs - failed} of {order.Runs} runs passed; faults done: "
                + $"{string.Join(", ", _done.OrderBy(f => f.Key).Select(f => $"{f.Key} {f.Value}"))}");
            if (order.Json)
                output.WriteLine(JsonSerializer.Serialize(new
                {
                    runs = order.Runs,
                    passed = order.Runs - failed,
                    failed,
                    seed = order.Seed,
                    undisturbed_s = Math.Round(took.TotalSeconds, 1),
                    faults = _done.ToDictionary(f => JsonNamingPolicy.SnakeCaseLower.ConvertName(f.Key.ToString()), f => f.Value),
                }));
            return failed == 0 ? ExitCodes.Success : ExitCodes.Failed;
        }
        finally
        {
            if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task<(ChaosVerdict.Result Result, TimeSpan Took)> ReferenceAsync(PrivateCluster server, string[] documents,
        CancellationToken ct)
    {
        (string folder, string input) = Folders("reference", documents);
        await using ChaosSystem system = await ChaosSystem.StartAsync(server, folder, input, workers: 1, leaseSeconds: 60, ct);
        Guid run = await system.SubmitAsync(Request(input), ct);
        long started = Stopwatch.GetTimestamp();
        await EndAsync(system, run, TimeSpan.FromHours(1), ct);
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        string state = await system.ScalarAsync<string>("SELECT state || coalesce(': ' || error, '') FROM runs WHERE id = $1", ct, run);
        if (state != "Succeeded") throw new InputException($"the undisturbed run is {state}; there is nothing to compare with");
        return (await ChaosVerdict.ResultAsync(system, run, ct), took);
    }

    private async Task<bool> RunWithFaultsAsync(
        PrivateCluster server, int number, string[] documents, string poison, ChaosVerdict.Result expected, TimeSpan took,
        CancellationToken ct)
    {
        Random random = new(unchecked(order.Seed * 1_000_003 + number));
        long started = Stopwatch.GetTimestamp();
        output.WriteLine($"run {number}");
        ChaosFault[] faults = Choose(random);
        bool poisoned = faults.Contains(ChaosFault.PoisonDocument);
        (string folder, string input) = Folders($"run-{number}", poisoned ? [.. documents, poison] : documents);
        await using ChaosSystem system = await ChaosSystem.StartAsync(server, folder, input, workers: 2, LeaseSeconds(took), ct);
        string? poisonName = poisoned ? Path.GetFileName(poison) : null;
        if (poisonName is not null) await system.PoisonAsync(poisonName, ct);
        Guid run = await system.SubmitAsync(Request(input), ct);
        long submitted = Stopwatch.GetTimestamp();
        ChaosInjector injector = new(system, Stages.Graph, random,
            late => system.SubmitAsync(Request(input), ct, late), poisonName, Limit(took),
            what => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {Stopwatch.GetElapsedTime(submitted).TotalSeconds,5:F1} s  {what}")));
        foreach (ChaosFault fault in faults)
        {
            if (fault == ChaosFault.FillDisk && !system.Disk.CanFill)
            {
                output.WriteLine("           the disk is not filled: this process may not mount one of its own");
                continue;
            }
            if (!FromTheStart(fault)) await Task.Delay(took * (random.NextDouble() * 1.2 / faults.Length), ct);
            await injector.InjectAsync(fault, ct);
            _done[fault] = _done.GetValueOrDefault(fault) + 1;
        }
        List<string> problems = await EndAsync(system, run, Limit(took), ct)
            ? [.. await ChaosVerdict.FaultsAsync(system, run, expected, poisonName, Limit(took), ct)]
            : ["the run did not end: "
            + string.Join(", ", await system.LinesAsync(
            "SELECT stage || ' ' || state || ' #' || attempt || ' ' || coalesce(error, '') FROM stage_items WHERE state NOT IN "
            + "('Succeeded', 'Skipped')", ct))];
        problems.AddRange(system.Processes.Where(p => !p.IsRunning).Select(p => $"{p.Name} ended by itself"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {(problems.Count == 0 ? "passed" : "FAILED")} after {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s"));
        foreach (string problem in problems) output.WriteLine($"  - {problem}");
        if (problems.Count > 0)
        {
            foreach (string line in await system.LinesAsync(
                "SELECT to_char(at, 'MI:SS.MS') || ' ' || level || ' ' || coalesce(stage, '') || ' ' || left(message, 300) FROM (SELECT * "
                + "FROM log_entries ORDER BY id DESC LIMIT 60) AS l ORDER BY id", ct))
                output.WriteLine("    " + line);
            foreach (string line in system.LastWords(5)) output.WriteLine("    " + line);
        }
        output.Flush();
        return problems.Count == 0;
    }

    private ChaosFault[] Choose(Random random)
    {
        // Requested faults happen once each in every run, in some order; otherwise a few of all of them, some perhaps twice.
        ChaosFault[] all = order.Only.Count > 0 ? [.. order.Only.Distinct()] : Enum.GetValues<ChaosFault>();
        int count = order.Only.Count > 0 ? all.Length : random.Next(1, 5);
        List<ChaosFault> chosen = [];
        while (chosen.Count < count)
        {
            ChaosFault next = all[random.Next(all.Length)];
            if (chosen.Contains(next) && (order.Only.Count > 0 || FromTheStart(next))) continue;
            chosen.Add(next);
        }
        // A poisonous document is one from its first touch on; the others follow it.
        return [.. chosen.OrderBy(f => f == ChaosFault.PoisonDocument ? 0 : FromTheStart(f) ? 1 : 2)];
    }

    /// <summary>Whether the fault begins with the run instead of at a random moment of it.</summary>
    private static bool FromTheStart(ChaosFault fault) => fault is ChaosFault.PoisonDocument or ChaosFault.KillInEachStage;

    /// <summary>In proportion to what this machine needs for a run, so that on a slow one no live worker looks dead.</summary>
    private static double LeaseSeconds(TimeSpan took) => Math.Max(ChaosSystem.ShortestLease, took.TotalSeconds / 4);

    /// <summary>Time after which whatever has not happened counts as hanging.</summary>
    private static TimeSpan Limit(TimeSpan took) => TimeSpan.FromMinutes(5) + 20 * took;

    private static async Task<bool> EndAsync(ChaosSystem system, Guid run, TimeSpan limit, CancellationToken ct)
    {
        for (DateTime end = DateTime.UtcNow + limit; DateTime.UtcNow < end; await Task.Delay(100, ct))
            if (await system.ScalarAsync<bool>("SELECT finished_at IS NOT NULL FROM runs WHERE id = $1", ct, run)) return true;
        return false;
    }

    private (string Folder, string Input) Folders(string name, IEnumerable<string> documents)
    {
        string folder = Path.Combine(_folder, name), input = Path.Combine(folder, "in");
        Directory.CreateDirectory(input);
        foreach (string document in documents) File.Copy(document, Path.Combine(input, Path.GetFileName(document)));
        return (folder, input);
    }

    private (string[] Documents, string Poison) Samples()
    {
        FileInfo[] samples = new DirectoryInfo(ProductFiles.Resolve("samples")).GetFiles("*.pdf").OrderBy(f => f.Length).ToArray();
        if (samples.Length <= order.Documents) throw new InputException(
            $"--documents: found {order.Documents}; expected at most {samples.Length - 1}, one less than samples/ holds");
        return (samples.Take(order.Documents).Select(f => f.FullName).ToArray(), samples[^1].FullName);
    }

    private static JsonObject Request(string input) => new()
    {
        ["folder"] = input,
        ["options"] = JsonNode.Parse(RunOptionsJson.Write(new RunOptions
        {
            Name = "chaos",
            BaseModel = ProductFiles.Resolve("starter/phi4-starter"),
            Caption = new() { Model = ProductFiles.Resolve("starter/qwen2vl-starter"), MaxNewTokens = 6 },
            Training = TrainingSettings.Of(new
            {
                lora_rank = 4,
                learning_rate = 4e-3,
                per_device_train_batch_size = 2,
                max_steps = 24,
                cutoff_len = 96,
                save_steps = 3,
            }),
            Evaluation = new() { Generations = 1, MaxNewTokens = 4 },
        })),
    };
}
