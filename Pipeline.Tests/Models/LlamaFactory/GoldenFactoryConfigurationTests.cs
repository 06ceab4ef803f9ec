using System.Globalization;
using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests.Models.LlamaFactory;

/// <summary>
/// Files and keys of LLaMA-Factory: what its parser takes is taken with the same values, or refused by name because it would change the
/// result; what it refuses on every machine is refused too.
/// </summary>
public sealed class GoldenFactoryConfigurationTests
{
    private static readonly string[] Plain =
        ["model_name_or_path: MODEL", "stage: sft", "do_train: true", "finetuning_type: lora", "dataset: demo", "template: phi4_mini",
            "output_dir: OUT", "overwrite_output_dir: true", "per_device_train_batch_size: 2", "max_steps: 2", "learning_rate: 1.0e-4"];

    // Refused there for what this product does not need: packages and hardware, names of an earlier Ray, one age of transformers.
    private static readonly string[] TakenHere = ["ray.yaml", "host_keys.yaml", "group_by_length"];

    [Fact]
    public void Every_key_is_known()
    {
        JsonElement arguments = FactoryFiles.Read("arguments");
        string[] names = [.. arguments.EnumerateObject().Where(list => list.Value.ValueKind == JsonValueKind.Array)
            .SelectMany(list => list.Value.EnumerateArray()).Select(key => key.ValueKind == JsonValueKind.String ? key.GetString()!
                : key.GetProperty("name").GetString()!)];
        FactoryFiles.Report("keys", names.Length, [.. names.Where(name => !TrainingArgumentsReader.IsKnown(name))]);
    }

    [Fact]
    public void Public_files_are_taken_or_refused_alike()
    {
        JsonElement[] cases = [.. FactoryFiles.Read("configs").GetProperty("files").EnumerateArray()];
        string folder = Path.Combine(FactoryFiles.Cases("training"), "configs");
        List<string> failures = new();
        foreach (JsonElement one in cases)
        {
            string file = one.Text("file")!;
            string text = File.ReadAllText(Path.Combine(folder, file)).Replace("DATA", "data", StringComparison.Ordinal);
            // With a GPU and all packages, of either age of transformers: what is refused then is refused everywhere.
            if (Difference(file, text, one.GetProperty("gpu_and_packages"), one) is { } difference) failures.Add($"{file}: {difference}");
        }
        FactoryFiles.Report("files", cases.Length, failures);
    }

    [Fact]
    public void Single_lines_are_taken_or_refused_alike()
    {
        JsonElement[] cases = [.. FactoryFiles.Read("configs").GetProperty("more").EnumerateArray()];
        List<string> failures = new();
        foreach (JsonElement one in cases)
        {
            string[] without = one.TryGetProperty("without", out JsonElement left)
                ? [.. left.EnumerateArray().Select(key => key.GetString()!)] : [];
            string[] lines = [.. one.GetProperty("lines").EnumerateArray().Select(line => line.GetString()!)];
            // A line takes the place of the plain one, unless it is there to come twice.
            string[] given = one.Text("case") == "duplicate_key" ? [] : [.. lines.Select(line => line.Split(':')[0])];
            string text = string.Join('\n', Plain.Where(line => !without.Concat(given).Contains(line.Split(':')[0])).Concat(lines));
            if (Difference(one.Text("case")!, text, one, one) is { } difference) failures.Add($"{one.Text("case")}: {difference}");
        }
        FactoryFiles.Report("lines", cases.Length, failures);
    }

    private static string? Difference(string name, string text, JsonElement verdict, JsonElement one)
    {
        bool isTaken = verdict.Flag("accepted") || TakenHere.Contains(name);
        try
        {
            TrainingArguments arguments = TrainingArguments.Parse(text, "case.yaml");
            if (!isTaken) return $"taken, and LLaMA-Factory refuses it: {verdict.Text("refused")}";
            return one.TryGetProperty("values", out JsonElement values) ? Difference(arguments, values) : null;
        }
        catch (SettingsException e)
        {
            string[] faulty = [.. e.Faults.Select(fault => fault.Setting)];
            if (!isTaken)
                return one.TryGetProperty("keys", out JsonElement keys) && keys.EnumerateArray().FirstOrDefault(key =>
                    !faulty.Contains(key.GetString())) is { ValueKind: JsonValueKind.String } missing ? $"does not name {missing}" : null;
            // Taken there and not computed here: each such key must be one of the file, and be told.
            string[] inFile = [.. text.Split('\n').Select(line => line.Split(':')[0].Trim())];
            return e.Faults.All(fault => inFile.Contains(fault.Setting) && (fault.Problem.Contains("not computed", StringComparison.Ordinal)
                || fault.Problem.Contains("not known", StringComparison.Ordinal))) ? null : $"refused: {e.Message}";
        }
        catch (InputException e)
        {
            return isTaken ? $"refused: {e.Message}" : null;
        }
    }

    private static string? Difference(TrainingArguments arguments, JsonElement values)
    {
        Dictionary<string, string> ours = arguments.Describe().ToDictionary();
        ours["cutoff_len"] = Show(arguments.ForStage.Room);
        ours["lora_alpha"] = Show(arguments.Lora.Alpha);
        // A share of the steps, under the newer of its two names.
        if (arguments.WarmupSteps == 0) ours["warmup_steps"] = Show(arguments.WarmupRatio);
        foreach (JsonProperty value in values.EnumerateObject())
            if (ours.TryGetValue(value.Name, out string? own) && !IsSame(own, Show(value.Value)))
                return $"{value.Name} is {own}, not {value.Value}";
        return null;
    }

    private static bool IsSame(string ours, string theirs) => ours == theirs
        || (double.TryParse(ours, CultureInfo.InvariantCulture, out double a)
            && double.TryParse(theirs, CultureInfo.InvariantCulture, out double b) && a == b);

    private static string Show(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(",", value.EnumerateArray().Select(Show)),
        JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Null => "null",
        _ => value.ToString(),
    };
}
