using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Jobs.Train;
using Pipeline.Jobs.Train.Engines;

namespace Pipeline.Tests.Jobs.Train.Engines;

/// <summary>
/// A work folder with a dataset for a very small model, and engines that are shell scripts or this product's own <c>train</c>.
/// </summary>
internal sealed class EngineFixture : ITrainingProgress, ILogger, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public EngineFixture()
    {
        Directory.CreateDirectory(Dataset);
        File.WriteAllLines(Path.Combine(Dataset, "train.jsonl"),
            Enumerable.Range(0, 12).Select(i => $$"""{"instruction": "What is {{i}}?", "output": "It is the number {{i}}."}"""));
        File.WriteAllLines(Path.Combine(Dataset, "eval.jsonl"), ["""{"instruction": "What is 99?", "output": "It is the number 99."}"""]);
        File.WriteAllText(Path.Combine(Dataset, "dataset_info.json"),
            """{"train": {"file_name": "train.jsonl"}, "eval": {"file_name": "eval.jsonl"}}""");
    }

    public static string Model => Path.Combine(GoldenFiles.Root, "phi4-tiny");

    /// <summary>An adapter for it, of rank 8.</summary>
    public static string Adapter => Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "final");

    public string Folder => _folder.Path;
    public string Output => _folder.File("train");
    public string Config => _folder.File("engine/train.yaml");
    private string Dataset => _folder.File("dataset");

    public Dictionary<string, JsonElement> Settings { get; } = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""
        {"template": "alpaca", "lora_rank": 8, "per_device_train_batch_size": 2, "max_steps": 6, "learning_rate": 0.01, "save_steps": 2, "cutoff_len": 64, "plot_loss": false}
        """)!;

    public ConcurrentQueue<(string Name, int Step, double Value)> Points { get; } = [];
    public ConcurrentQueue<(string Name, int Step, double Value)> Remembered { get; } = [];
    public ConcurrentQueue<string> Logged { get; } = [];

    /// <summary>
    /// Trains by a shell script, which gets the configuration as <c>$1</c>, the output folder as <c>$2</c> and the job's name as <c>$3</c>.
    /// </summary>
    public TrainingOutcome Run(string script, CancellationToken ct = default, double grace = 5, string? cancel = null) =>
        Run(["sh", "-c", script, "sh", "{config}", "{output_dir}", "{job_id}"], ct, grace, cancel);

    /// <summary>Trains by a command, in the way of the training stage.</summary>
    public TrainingOutcome Run(IReadOnlyList<string> command, CancellationToken ct = default, double grace = 5, string? cancel = null)
    {
        EngineDefinition engine = new("shell", CommandTemplate.Of(command, "test"), cancel is null
            ? null : CommandTemplate.Of(["sh", "-c", cancel, "sh", "{output_dir}", "{job_id}"], "test", needsConfig: false),
            Local: true, TimeSpan.FromSeconds(grace), new Dictionary<string, string> { ["GREETING"] = "hello" }, new Dictionary<string,
            JsonNode?>());
        Directory.CreateDirectory(Output);
        return new EngineTraining(engine, Builtin, TimeProvider.System, this).Train(Order(Output), this, ct);
    }

    public static LoraTraining Builtin { get; } = new(NullLogger<LoraTraining>.Instance);

    public TrainingOrder Order(string output, string? retention = null) => new(Guid.NewGuid(), new TrainingSettings(retention is null
        ? Settings : new Dictionary<string, JsonElement>(Settings) { ["retention"] = JsonSerializer.SerializeToElement(retention) }),
        Model, Dataset, "eval", output);

    public int[] Steps(string curve) => [.. Points.Where(p => p.Name == curve).Select(p => p.Step)];

    /// <summary>The number that a script wrote into a file, as soon as it is there.</summary>
    public async Task<int> NumberAsync(string file)
    {
        string path = _folder.File(file);
        await Eventually.TrueAsync(() => File.Exists(path) && File.ReadAllText(path).EndsWith('\n'), $"{file} is written");
        return int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
    }

    /// <summary>Whether a process runs; one that has ended and waits for its parent does not.</summary>
    public static bool Runs(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose() => _folder.Dispose();

    void ITrainingProgress.Measured(string name, int step, double epoch, double value) => Points.Enqueue((name, step, value));

    void ITrainingProgress.Remembered(string name, int step, double epoch, double value) => Remembered.Enqueue((name, step, value));

    void ITrainingProgress.Flush() { }

    void ITrainingProgress.CheckpointSaved(int step) => Points.Enqueue(("checkpoint", step, step));

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
        string> formatter) => Logged.Enqueue(formatter(state, exception));

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;
}
