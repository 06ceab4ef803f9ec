using System.Text.Json;
using Pipeline.Web.Commands;

namespace Pipeline.Tests.Web;

public sealed class ExamineCommandTests
{
    private static readonly string Model = Path.Combine(GoldenFiles.Root, "phi4-tiny"),
        Adapter = Path.Combine(GoldenFiles.Root, "lora-phi4-tiny", "final");

    [Fact]
    public async Task Examine_says_in_words_json_and_a_report_what_was_found()
    {
        using TemporaryFolder folder = new();
        File.WriteAllLines(folder.File("exam.jsonl"),
        [
            """{"question":"Who founded it?","answer":"Ada Kelmont","context":"Ada Kelmont founded it.","document":"a.pdf","page":2}""",
            """{"instruction":"When?","output":"1887"}""",
        ]);
        File.WriteAllText(folder.File("control.jsonl"), """{"question":"Who else?","answer":"Nobody"}""");
        (int code, string output, string error) = await RunAsync("examine", "--model", Model, "--adapter", Adapter, "--exam",
            folder.File("exam.jsonl"), "--control", folder.File("control.jsonl"), "--open-book", "--retention-languages", "pt",
            "--max-new-tokens", "2", "--report", folder.File("sub/report.html"), "--report-language", "es", "--json");
        code.ShouldBe(0, error);
        output.ShouldContain("no difference from the base model is shown: 0 of 2 questions right");
        output.ShouldContain("only 2 questions in common: with fewer than 20 nothing is decided by knowledge");
        using JsonDocument json = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
        json.RootElement.GetProperty("figures").GetProperty("comparisons")[0].GetProperty("verdict").GetString().ShouldBe("no_difference");
        json.RootElement.GetProperty("sides")[1].GetProperty("open").EnumerateObject().Count().ShouldBe(1);
        File.ReadAllText(folder.File("sub/report.html")).ShouldContain("El adaptador no cumple las condiciones");
    }

    [Fact]
    public async Task A_wrong_file_or_option_is_named_before_the_model_is_loaded()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("exam.jsonl"), """{"question":"Who?"}""");
        (int code, _, string error) = await RunAsync("examine", "--model", folder.File("none"), "--exam", folder.File("exam.jsonl"));
        code.ShouldBe(2);
        error.ShouldContain("exam.jsonl: line 1: field 'answer' is missing or empty");
        File.WriteAllText(folder.File("exam.jsonl"), """{"question":"Who?","answer":"Ada"}""");
        (_, _, error) = await RunAsync("examine", "--model", folder.File("none"), "--exam", folder.File("exam.jsonl"), "--open-book");
        error.ShouldContain("--open-book: no question of");
        (_, _, error) = await RunAsync("examine", "--model", folder.File("none"), "--exam", folder.File("exam.jsonl"),
            "--report-language", "xx");
        error.ShouldContain("--report-language xx: expected en or es");
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        StringWriter output = new(), error = new();
        int code = await CommandLine.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
