using System.Text.Json.Nodes;
using Pipeline.Models.Training.Checkpoints;

namespace Pipeline.Tests.Web;

/// <summary>Training processes that end in the middle, and what the next one makes of what they left.</summary>
public sealed class KilledTrainingTests : IDisposable
{
    private const int Steps = 120, Kills = 20, KillsWhileFinishing = 4;
    private static readonly string[] Outputs =
        ["adapter_config.json", "adapter_model.safetensors", "train_results.json", "trainer_state.json", "eval_results.json", "README.md"];
    private static readonly string[] TimeKeys = ["runtime", "per_second", "elapsed_time", "remaining_time"];
    private readonly TemporaryFolder _folder = new();

    public KilledTrainingTests()
    {
        File.WriteAllLines(_folder.File("data.jsonl"),
            Enumerable.Range(0, 12).Select(i => $$"""{"instruction": "What is {{i}}?", "output": "It is the number {{i}}."}"""));
        File.WriteAllText(_folder.File("train.yaml"), $"""
            model_name_or_path: {Path.Combine(GoldenFiles.Root, "phi4-tiny")}
            dataset_dir: {_folder.Path}
            dataset: data.jsonl
            template: alpaca
            lora_dropout: 0.1
            per_device_train_batch_size: 2
            max_steps: {Steps}
            learning_rate: 0.01
            val_size: 2
            eval_steps: 2
            load_best_model_at_end: true
            logging_steps: 1
            save_steps: 2
            save_total_limit: 2
            device: cpu
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Twenty_kills_at_random_moments_leave_the_adapter_and_the_logs_of_an_unbroken_training()
    {
        await FinishAsync(Train("whole"));
        string killed = _folder.File("killed");
        int seed = Random.Shared.Next(), kill = 0, landed = 0, insideCheckpoints = 0;
        Random random = new(seed);
        string moment = "start";
        try
        {
            for (kill = 1; kill <= Kills; kill++)
            {
                using HostProcess training = Train("killed");
                Func<bool> reached;
                if (kill <= Kills - KillsWhileFinishing)
                {
                    int ahead = Steps - LastStep(killed) - 10, target = LastStep(killed)
                        + random.Next(1, Math.Max(2, 2 * ahead / (Kills - KillsWhileFinishing - kill + 1)));
                    int files = random.Next(-3, 8), delay = random.Next(40);
                    moment = files < 0 ? $"{delay} ms after step {target}" : $"after step {target}, in a checkpoint with {files} files";
                    reached = files < 0 ? Delayed(() => LastStep(killed) >= target, delay) : () =>
                        LastStep(killed) >= target && FilesUnderWay(killed) >= files;
                }
                else
                {
                    string output = Outputs[random.Next(Outputs.Length)];
                    moment = $"after {output} was written";
                    reached = () => File.GetLastWriteTimeUtc(Path.Combine(killed, output)) > training.StartedAt;
                }
                await training.UntilAsync(reached);
                await training.KillAsync();
                (int code, _, string error) = await training.EndAsync();
                code.ShouldBeOneOf([137, 0], error);
                insideCheckpoints += FilesUnderWay(killed) >= 0 ? 1 : 0;
                landed += code == 137 ? 1 : 0;
                TestContext.Current.TestOutputHelper?.WriteLine(
                    $"{moment}: ended with {code} at step {LastStep(killed)}, {FilesUnderWay(killed)} files under way");
                Directory.GetDirectories(killed, "checkpoint-*").ShouldAllBe(folder => CheckpointStore.FindDamage(folder) == null);
            }
            landed.ShouldBeGreaterThan(Kills - KillsWhileFinishing - 1);
            insideCheckpoints.ShouldBeGreaterThan(0);
            await FinishAsync(Train("killed"));
            ShouldBeEqual(killed, _folder.File("whole"));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}, kill {kill}, {moment}: {e.Message}", e);
        }
    }

    [Fact]
    public async Task Ctrl_C_ends_within_a_step_and_leaves_a_checkpoint_to_go_on_from()
    {
        string[] rare = ["max_steps=30", "save_steps=1000", "eval_steps=1000"];
        await FinishAsync(Train("whole", rare));
        using (HostProcess training = Train("stopped", rare))
        {
            (await training.UntilAsync(() => LogLines("stopped") >= 4)).ShouldBeTrue();
            int before = LogLines("stopped");
            await training.InterruptAsync();
            (int code, _, string error) = await training.EndAsync();
            code.ShouldBe(130, error);
            error.ShouldContain("Stopped.");
            LastStep(_folder.File("stopped")).ShouldBe(LogLines("stopped"), "the last full step is saved");
            LogLines("stopped").ShouldBeInRange(before, 29);
        }
        (await FinishAsync(Train("stopped", rare))).ShouldContain("going on after step");
        File.ReadAllBytes(_folder.File("stopped/adapter_model.safetensors"))
            .ShouldBe(File.ReadAllBytes(_folder.File("whole/adapter_model.safetensors")));
        Lines(_folder.File("stopped")).ShouldBe(Lines(_folder.File("whole")));
    }

    private HostProcess Train(string output, params string[] more) => HostProcess.Start(Arguments(output, more));

    private string[] Arguments(string output, params string[] more) =>
        ["train", _folder.File("train.yaml"), "--resume", "output_dir=" + _folder.File(output), .. more];

    private static async Task<string> FinishAsync(HostProcess training)
    {
        using (training)
        {
            (int code, string output, string error) = await training.EndAsync();
            code.ShouldBe(0, error);
            return output;
        }
    }

    private static void ShouldBeEqual(string found, string expected)
    {
        Files(found).ShouldBe(Files(expected));
        foreach (string name in (string[])["adapter_model.safetensors", $"checkpoint-{LastStep(expected)}/optimizer.safetensors"])
            File.ReadAllBytes(Path.Combine(found, name)).ShouldBe(File.ReadAllBytes(Path.Combine(expected, name)), name);
        Lines(found).ShouldBe(Lines(expected));
        foreach (string name in (string[])["trainer_state.json", "all_results.json", "eval_results.json", "train_results.json"])
            WithoutTimes(File.ReadAllText(Path.Combine(found, name)).Replace(found, expected))
                .ShouldBe(WithoutTimes(File.ReadAllText(Path.Combine(expected, name))), name);

        static string[] Files(string folder) =>
            [.. Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path))
            .Order(StringComparer.Ordinal)];
    }

    private static string[] Lines(string folder) => [.. File.ReadAllLines(Path.Combine(folder, "trainer_log.jsonl")).Select(WithoutTimes)];

    private int LogLines(string output) =>
        File.Exists(_folder.File(output + "/trainer_log.jsonl"))
        ? File.ReadAllLines(_folder.File(output + "/trainer_log.jsonl")).Length : 0;

    // No two trainings take the same time.
    private static string WithoutTimes(string json)
    {
        JsonNode node = JsonNode.Parse(json)!;
        Strip(node);
        return node.ToJsonString();

        static void Strip(JsonNode? node)
        {
            if (node is JsonArray items)
                foreach (JsonNode? item in items)
                    Strip(item);
            if (node is not JsonObject fields)
                return;
            foreach ((string key, JsonNode? value) in fields.ToArray())
                if (TimeKeys.Any(key.Contains))
                    fields.Remove(key);
                else
                    Strip(value);
        }
    }

    private static Func<bool> Delayed(Func<bool> reached, int milliseconds)
    {
        DateTime? at = null;
        return () => reached() && DateTime.UtcNow >= (at ??= DateTime.UtcNow.AddMilliseconds(milliseconds));
    }

    private static int LastStep(string output) => !Directory.Exists(output) ? 0 : Directory.GetDirectories(output, "checkpoint-*")
        .Select(folder => int.Parse(Path.GetFileName(folder)["checkpoint-".Length..], System.Globalization.CultureInfo.InvariantCulture))
        .DefaultIfEmpty().Max();

    private static int FilesUnderWay(string output)
    {
        try
        {
            return Directory.GetDirectories(output, ".checkpoint-*").Select(folder => Directory.GetFiles(folder).Length).DefaultIfEmpty(-1)
                .Max();
        }
        catch (DirectoryNotFoundException)
        {
            return -1; // renamed while it was looked at
        }
    }
}
