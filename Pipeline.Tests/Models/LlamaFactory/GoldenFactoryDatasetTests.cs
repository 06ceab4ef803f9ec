using System.Globalization;
using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Datasets.Declared;
using Pipeline.Models.Runtime.Numpy;
using Pipeline.Models.Text;

namespace Pipeline.Tests.Models.LlamaFactory;

/// <summary>Files that <c>dataset_info.json</c> declares give the rows, ids and labels that LLaMA-Factory gives.</summary>
public sealed class GoldenFactoryDatasetTests
{
    private const string Suffix = ".expected";

    public static TheoryData<string> Names => [.. FactoryFiles.Names("datasets", name => name.EndsWith(Suffix, StringComparison.Ordinal))
        .Select(name => name == FactoryFiles.None ? name : name[..^Suffix.Length])];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rows_are_read_alike(string name)
    {
        Assert.SkipWhen(name == FactoryFiles.None, $"{FactoryFiles.Root}/datasets is not there");
        JsonElement[] expected = [.. FactoryFiles.Read("datasets", name + Suffix).GetProperty("converted").EnumerateArray()];
        IReadOnlyList<ConvertedRow> rows = Rows(name);
        rows.Count.ShouldBe(expected.Length);
        List<string> failures = new();
        foreach ((ConvertedRow row, JsonElement wanted) in rows.Zip(expected))
        {
            string Show(IEnumerable<(string Role, string Content)> messages) =>
                string.Join(" | ", messages.Select(message => $"{message.Role}: {message.Content}"));
            IEnumerable<(string, string)> Messages(string key) => wanted.GetProperty(key).EnumerateArray()
                .Select(message => (message.Text("role")!, message.Text("content")!));
            bool isDropped = row.Fault is not null;
            (string Ours, string Theirs)[] parts =
            [
                // A row that is left out for its answer keeps its question there.
                (Show((isDropped ? [] : row.Prompt).Select(m => (m.Role, m.Content))),
                    isDropped && !Messages("response").Any() ? "" : Show(Messages("prompt"))),
                (Show((isDropped ? [] : row.Response).Select(m => (m.Role, m.Content))), Show(Messages("response"))),
                (row.System ?? "", isDropped ? row.System ?? "" : wanted.Text("system") ?? ""),
                (row.Tools ?? "", isDropped ? row.Tools ?? "" : wanted.Text("tools") ?? ""),
            ];
            if (parts.Any(part => part.Ours != part.Theirs))
                failures.Add($"row {row.Number} ({row.Fault}):\n  {string.Join("; ", parts.Select(part => part.Ours))}\n  "
                    + string.Join("; ", parts.Select(part => part.Theirs)));
        }
        FactoryFiles.Report(name, expected.Length, failures);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_stage_keeps_the_same_rows_with_the_same_ids_and_labels(string name)
    {
        Assert.SkipWhen(name == FactoryFiles.None, $"{FactoryFiles.Root}/datasets is not there");
        JsonElement[] cases = [.. FactoryFiles.Read("datasets", name + Suffix).GetProperty("processed").EnumerateArray()];
        List<string> failures = new();
        foreach (JsonElement one in cases)
            if (Difference(name, one) is { } difference)
                failures.Add($"{one.Text("stage")} {one.Text("template")} {one.GetProperty("options")}: {difference}");
        FactoryFiles.Report(name, cases.Length, failures);
    }

    [Fact]
    public void Held_out_rows_are_those_that_numpy_draws()
    {
        List<string> failures = new();
        JsonElement[] cases = [.. FactoryFiles.Read("datasets", "splits").GetProperty("val").EnumerateArray()];
        foreach (JsonElement one in cases)
        {
            int rows = one.Number("rows", 0), seed = one.Number("seed", 0);
            JsonElement size = one.GetProperty("val_size");
            if (one.TryGetProperty("error", out _))
            {
                // 1.0 is no share of the rows and no number of them.
                if (size.GetRawText() != "1.0") failures.Add($"{one}: LLaMA-Factory refuses it");
                continue;
            }
            (int[] train, int[] held) = RowChoice.Split(rows, size.GetDouble(), seed);
            if (!held.SequenceEqual(one.Ids("eval")) || !train.SequenceEqual(one.Ids("train"))) failures.Add($"{one}");
        }
        FactoryFiles.Report("val_size", cases.Length, failures);
    }

    [Fact]
    public void Samples_are_those_that_numpy_draws()
    {
        JsonElement[] cases = [.. FactoryFiles.Read("datasets", "splits").GetProperty("num_samples").EnumerateArray()];
        FactoryFiles.Report("num_samples", cases.Length, [.. cases.Where(one => !RowChoice.Sample(one.Number("rows", 0),
            one.Number("num_samples", 0), new NumpyLegacyGenerator(one.Number("seed", 0))).SequenceEqual(one.Ids("taken")))
            .Select(one => one.ToString())]);
    }

    [Fact]
    public void Datasets_are_mixed_in_the_same_order()
    {
        JsonElement[] cases = [.. FactoryFiles.Read("datasets", "splits").GetProperty("mix").EnumerateArray()];
        List<string> failures = new();
        foreach (JsonElement one in cases)
        {
            string strategy = one.Text("mix_strategy")!;
            if (one.GetProperty("order").ValueKind != JsonValueKind.Array)
            {
                if (RowChoice.MixStrategies.Contains(strategy)) failures.Add($"{one}: LLaMA-Factory refuses it");
                continue;
            }
            string[] order = [.. one.GetProperty("order").EnumerateArray().Select(item => item.GetString()!)];
            int[] lengths = [.. "ab".Select(set => order.Where(item => item[0] == set)
                .Select(item => int.Parse(item[1..], CultureInfo.InvariantCulture)).Max() + 1)];
            if (strategy != "concat") lengths = [6, 9];         // of the two sets that the file was made with
            double[]? shares = one.GetProperty("interleave_probs") is { ValueKind: JsonValueKind.Array } given
                ? [.. given.EnumerateArray().Select(share => share.GetDouble())] : null;
            string[] ours = [.. RowChoice.Mix(lengths, strategy, shares, one.Number("seed", 0))
                .Select(pick => $"{"ab"[pick.Set]}{pick.Row}")];
            if (!ours.SequenceEqual(order)) failures.Add($"{one}\n  {string.Join(' ', ours)}");
        }
        FactoryFiles.Report("mix", cases.Length, failures);
    }

    private static IReadOnlyList<ConvertedRow> Rows(string name) => DeclaredDataset.Read(Path.Combine(FactoryFiles.Root, "datasets"), name,
        DatasetEntry.Read(FactoryFiles.Read("datasets", "dataset_info").GetProperty(name), name));

    private static string? Difference(string name, JsonElement one)
    {
        JsonElement given = one.GetProperty("options");
        ChatTemplate template = ChatTemplate.Get(one.Text("template")!) with { ControlTokens = ControlTokens.Everywhere };
        HubTokenizer tokenizer = TemplateTokens.Prepare(template, FactoryFiles.Tokenizer(one.Text("tokenizer")!, template.Name)).Tokenizer;
        StageOptions options = new()
        {
            Stage = one.Text("stage")!,
            CutoffLen = given.Number("cutoff_len", 2048),
            TrainOnPrompt = given.Flag("train_on_prompt"),
            MaskHistory = given.Flag("mask_history"),
            Packing = given.TryGetProperty("packing", out JsonElement packing) && packing.ValueKind != JsonValueKind.Null
                ? packing.GetBoolean() : null,
            NeatPacking = given.Flag("neat_packing"),
            PreprocessingBatchSize = given.Number("preprocessing_batch_size", 1000),
        };
        IReadOnlyList<EncodedRow> encoded;
        try
        {
            encoded = new StageEncoder(template, tokenizer, options).Encode(
                [.. Rows(name).Take(given.Number("max_samples", int.MaxValue))], _ => { });
        }
        catch (InputException e)
        {
            return one.TryGetProperty("error", out _) ? null : $"refused: {e.Message}";
        }
        if (one.TryGetProperty("error", out JsonElement error)) return $"taken, and LLaMA-Factory refuses it ({error})";
        JsonElement[] rows = [.. one.GetProperty("rows").EnumerateArray()];
        if (encoded.Count != rows.Length) return $"{encoded.Count} rows, not {rows.Length}";
        for (int i = 0; i < rows.Length; i++)
            if (Difference(encoded[i], rows[i], options, tokenizer) is { } difference) return $"row {i}: {difference}";
        return null;
    }

    private static string? Difference(EncodedRow row, JsonElement wanted, StageOptions options, HubTokenizer tokenizer)
    {
        Dictionary<string, int[]> columns = new(StringComparer.Ordinal);
        bool isPair = row.Rejected is not null;
        Add(isPair ? "chosen_" : "", row.Example);
        if (row.Rejected is { } rejected) Add("rejected_", rejected);
        if (row.Mismatched is { } other) Add("kl_", other);
        if (options.Stage == "sft" && options.Packs) Pad();
        foreach (JsonProperty column in wanted.EnumerateObject())
        {
            if (column.Name == "kto_tags")
            {
                if (row.IsWanted != column.Value.GetBoolean()) return column.Name;
            }
            else if (!columns.TryGetValue(column.Name, out int[]? ours)) return $"no column {column.Name}";
            else if (!ours.SequenceEqual(wanted.Ids(column.Name)))
                return $"{column.Name}\n  {string.Join(' ', ours)}\n  {string.Join(' ', wanted.Ids(column.Name))}";
        }
        return null;

        void Add(string prefix, TokenizedExample example) =>
            (columns[prefix + "input_ids"], columns[prefix + "labels"]) = (example.InputIds, example.Labels);

        // Sequences of equal length, as they stand in a batch there; here a batch needs no padding.
        void Pad()
        {
            int missing = options.CutoffLen - row.Example.InputIds.Length;
            columns["input_ids"] = [.. row.Example.InputIds, .. Enumerable.Repeat(tokenizer.PadTokenId!.Value, missing)];
            columns["labels"] = [.. row.Example.Labels, .. Enumerable.Repeat(TokenizedExample.Ignored, missing)];
            columns["position_ids"] = [.. row.Example.Parts.SelectMany(length => Enumerable.Range(0, length)), .. new int[missing]];
            columns["attention_mask"] =
                [.. row.Example.Parts.SelectMany((length, i) => Enumerable.Repeat(i + 1, length)), .. new int[missing]];
        }
    }
}
