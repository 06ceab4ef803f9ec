using System.Text.Json;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Tests.Jobs.Dataset.Files;
using Pipeline.Web.Commands;

namespace Pipeline.Tests.Web;

/// <summary>The commands over dataset folders; none of them needs a database.</summary>
public sealed class DatasetCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Import_says_what_it_skipped_and_strict_stops_there()
    {
        string file = _folder.File("mine.jsonl");
        await File.WriteAllLinesAsync(file,
            ["""{"prompt": "a", "completion": "1"}""", "{", """{"prompt": "b", "completion": "2"}"""], Stop);
        (int code, string output, string error) = await RunAsync("dataset", "import", file, "--out", _folder.File("out"));
        code.ShouldBe(0);
        output.ShouldStartWith("1 train and 1 eval examples (2 imported) in ");
        error.ShouldStartWith($"skipped: {file}: row 2 (line 2): not JSON");
        (code, _, error) = await RunAsync("dataset", "import", file, "--out", _folder.File("strict"), "--strict");
        code.ShouldBe(2);
        error.ShouldStartWith($"error: {file}: line 2: not JSON");
        Directory.Exists(_folder.File("strict")).ShouldBeFalse();
    }

    [Fact]
    public async Task Tokens_shows_what_a_stage_would_be_given()
    {
        await File.WriteAllTextAsync(_folder.File("dataset_info.json"), """
            {"kto": {"file_name": "kto.json", "columns": {"prompt": "instruction", "response": "output", "kto_tag": "label"}}}
            """, Stop);
        await File.WriteAllTextAsync(_folder.File("kto.json"), """
            [{"instruction": "Is it on?", "output": "Yes.", "label": true}, {"instruction": "Is it off?", "output": "Go away.", "label": false}]
            """, Stop);
        string[] words = ["dataset", "tokens", "dataset=kto", $"dataset_dir={_folder.Path}", "output_dir=none",
            $"model_name_or_path={Path.Combine(RepositoryRoot.Path, "starter", "phi4-starter")}"];
        (int code, string output, string error) = await RunAsync([.. words, "--stage", "kto"]);
        code.ShouldBe(0, error);
        JsonElement[] rows = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
        rows.Select(row => row.GetProperty("kto_tags").GetBoolean()).ShouldBe([true, false]);
        rows[0].GetProperty("input_ids").GetArrayLength().ShouldBe(rows[0].GetProperty("labels").GetArrayLength());
        rows[1].TryGetProperty("kl_labels", out _).ShouldBeTrue();

        (code, output, error) = await RunAsync([.. words]);
        (code, output).ShouldBe((0, ""));
        error.ShouldContain("warning: dataset kto: row 1 is left out: it says which answer is wanted");
        (code, _, error) = await RunAsync([.. words, "--stage", "ppo"]);
        code.ShouldBe(2);
        error.ShouldContain("--stage ppo: expected one of sft, pt, rm, dpo, kto");
    }

    [Fact]
    public async Task A_folder_is_reviewed_into_another_one_compared_reported_and_exported()
    {
        Row[] rows = [TestRows.Question("a", "1"), TestRows.Question("b", "2", fact: "f2"), TestRows.Question("c", "3").Reject("too_long")];
        string old = _folder.File("old"), next = _folder.File("next"), decisions = _folder.File("decisions.jsonl");
        await DatasetFolder.WriteAsync(old, rows, RowCounts.Into(new Funnel(), rows), new DatasetWriteOptions(), Stop);

        (int code, string output, _) = await RunAsync("dataset", "review", old, "--list", "--state", "rejected", "--reason", "too_long");
        code.ShouldBe(0);
        RowJson.Read<Row>(output.Trim()).Hash.ShouldBe(rows[2].Hash);

        await File.WriteAllTextAsync(decisions, $$"""{"hash": "{{rows[1].Hash}}", "decision": "reject", "reason": "dull"}""", Stop);
        (await RunAsync("dataset", "review", old, "--decisions", decisions)).Error
            .ShouldBe("error: --out: is missing; versions do not change, so name a folder for the new one\n");
        (code, output, _) = await RunAsync("dataset", "review", old, "--decisions", decisions, "--out", next, "--author", "Ada");
        (code, output).ShouldBe((0, $"0 rows added, 1 removed, 0 changed in {next}\n"));
        DatasetFolder.ReadRows(next)[1].Author.ShouldBe("Ada");

        (await RunAsync("dataset", "diff", old, next)).Output
            .ShouldBe($"removed  {rows[1].Hash} b (dull)\n0 added, 1 removed, 0 changed\n");
        JsonDocument.Parse((await RunAsync("dataset", "report", next, "--json")).Output).RootElement.GetProperty("rejected").GetRawText()
            .ShouldBe("""{"person":1,"too_long":1}""");
        (await RunAsync("dataset", "report", next)).Output.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["rows", "3"]);

        (code, output, _) = await RunAsync("dataset", "export", next, "--format", "csv", "--out", _folder.File("x.csv"));
        (code, output).ShouldBe((0, $"1 rows in {_folder.File("x.csv")}\n"));
        (await File.ReadAllTextAsync(_folder.File("x.csv"), Stop)).ShouldBe("instruction,input,output\r\na,,1\r\n");
        (await RunAsync("dataset", "export", next, "--format", "xml", "--out", _folder.File("x"))).Code.ShouldBe(2);
        (await RunAsync("dataset", "review", old)).Error.ShouldStartWith("error: --decisions: is missing");
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = await CommandLine.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
