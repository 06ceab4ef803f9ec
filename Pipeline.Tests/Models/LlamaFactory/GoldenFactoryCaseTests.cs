using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Datasets.Declared;
using Pipeline.Models.Text;

namespace Pipeline.Tests.Models.LlamaFactory;

/// <summary>Public datasets, as <c>cases.json</c> says what LLaMA-Factory makes of them.</summary>
public sealed class GoldenFactoryCaseTests
{
    // What it cannot read and this product does: other encodings, packed files, lists inside objects, a comma too many, and numbers.
    private static readonly string[] ReadHere = ["d15-gb18030", "d15b-latin1", "d15c-utf16", "d20-gz", "d27-number-output",
        "d29-synthetic-data-kit qa", "d32-trailing-comma"];

    [Fact]
    public void Public_datasets_give_the_same_rows()
    {
        JsonElement given = FactoryFiles.Read("datasets", "cases");
        ChatTemplate template = ChatTemplate.Get(given.Text("template")!) with { ControlTokens = ControlTokens.Everywhere };
        HubTokenizer tokenizer = HubTokenizer.Load(Path.Combine(RepositoryRoot.Path, "starter", "phi4-starter"));
        StageOptions options = new() { CutoffLen = given.Number("cutoff_len", 2048) };
        List<string> failures = new();
        JsonElement[] cases = [.. given.GetProperty("cases").EnumerateArray()];
        foreach (JsonElement one in cases)
        {
            StageEncoder encoder = new(template, tokenizer, options with { Stage = IsOfPairs(one) ? "rm" : "sft" });
            if (Difference(one, encoder) is { } difference) failures.Add($"{one.Text("case")}: {difference}");
        }
        FactoryFiles.Report("cases", cases.Length, failures);
    }

    private static string? Difference(JsonElement one, StageEncoder encoder)
    {
        string name = one.Text("case")!;
        if (ReadHere.Contains(name)) return null;
        bool refuses = one.TryGetProperty("refused", out JsonElement refused);
        try
        {
            IReadOnlyList<ConvertedRow> rows = Rows(one, name.Split(' ')[0]);
            EncodedRow[] kept = [.. encoder.Encode(rows, _ => { })];
            if (refuses) return kept.Length == 0 ? null : $"taken, and LLaMA-Factory refuses it: {refused}";
            int[] skipped = [.. rows.Where(row => row.Fault is not null).Select(row => row.Number - 1)];
            if (rows.Count != one.Number("rows", 0) || kept.Length != one.Number("kept", 0) || !skipped.SequenceEqual(one.Ids("skipped")))
                return $"{rows.Count} rows, {kept.Length} kept, skipped {string.Join(' ', skipped)}";
            int[] ids = kept[0].Example.InputIds;
            return !one.TryGetProperty("ids0", out _) || ids.SequenceEqual(one.Ids("ids0")) ? null : $"ids {string.Join(' ', ids)}";
        }
        catch (InputException e)
        {
            return refuses ? null : $"refused: {e.Message}";
        }
    }

    private static bool IsOfPairs(JsonElement one) => one.Text("case")!.Contains("[rm", StringComparison.Ordinal);

    private static IReadOnlyList<ConvertedRow> Rows(JsonElement one, string name)
    {
        string folder = Path.Combine(FactoryFiles.Cases("datasets"), name);
        string[] declared = [folder, .. new[] { "dataset_columns", "dataset_formats" }
            .Select(set => Path.Combine(FactoryFiles.Cases("training"), set))];
        if (one.TryGetProperty("entry", out JsonElement entry) && Directory.Exists(folder))
        {
            DatasetEntry read = DatasetEntry.Read(entry, "case");
            if (read.Ranking != IsOfPairs(one)) throw new InputException("ranking");      // refused by the stage, before a row is read
            return DeclaredDataset.Read(folder, "case", read);
        }
        foreach (string set in declared.Where(set => File.Exists(Path.Combine(set, InstructionDataset.InfoFile))))
        {
            using JsonDocument info = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(set, InstructionDataset.InfoFile)));
            JsonProperty found = info.RootElement.EnumerateObject()
                .FirstOrDefault(known => (set == folder || known.Name == name)
                    && Path.Exists(Path.Combine(set, known.Value.Text("file_name") ?? "")));
            if (found.Value.ValueKind == JsonValueKind.Object)
                return DeclaredDataset.Read(set, found.Name, DatasetEntry.Read(found.Value, "case"));
        }
        Assert.Skip($"no folder of the cases has {name}");
        return [];
    }

    [Theory]
    [InlineData("cols_noinput", "cols_plain")]
    [InlineData("hist_default", "hist_default_plain")]
    public void A_column_that_is_not_declared_is_not_read(string given, string plain)
    {
        string folder = Path.Combine(FactoryFiles.Cases("training"), "dataset_columns");
        InstructionDataset.Load(folder, given).Select(Show).ShouldBe(InstructionDataset.Load(folder, plain).Select(Show));

        static string Show(InstructionExample example) =>
            string.Join('|', example.ToMessages().Select(message => message.Content).Prepend(example.System));
    }

    [Fact]
    public void Calls_observations_and_openais_messages_are_read_and_broken_rows_are_told_by_number()
    {
        string folder = Path.Combine(FactoryFiles.Cases("training"), "dataset_formats");
        List<string> warnings = new();
        InstructionDataset.Load(folder, "sg_broken", warn: warnings.Add).Select(example => example.Output).ShouldBe(["Hello.", "Goodbye."]);
        warnings.ShouldBe([
            "dataset sg_broken: row 2 is left out: 'conversations' has 'assistant' as message 1, where a question is expected",
            "dataset sg_broken: row 4 is left out: 'conversations' holds no message"]);
        InstructionDataset.Load(folder, "sg_func").ShouldHaveSingleItem().ToMessages().Select(message => message.Role)
            .ShouldBe(["user", "function", "observation", "assistant"]);
        InstructionDataset.Load(folder, "oai").Select(example => example.System)
            .ShouldBe(["Be brief.\ndetailed thinking off", "detailed thinking off"]);
    }
}
