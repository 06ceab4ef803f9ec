using System.CommandLine;
using Pipeline.Models;
using Pipeline.Web.Commands;

namespace Pipeline.Tests.Web;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_lists_every_command_for_people_and_exits_with_0()
    {
        (int code, string output, string error) = await RunAsync(CommandLine.CreateRoot(), "--help");
        code.ShouldBe(0);
        error.ShouldBeEmpty();
        foreach (Command command in CommandLine.CreateRoot().Subcommands.Where(c => !c.Hidden))
        {
            output.ShouldContain(command.Name);
            command.Description.ShouldNotBeNullOrWhiteSpace($"{command.Name} has no description");
        }
    }

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("nonsense")]
    [InlineData("probe", "--count", "many")]
    public async Task Bad_usage_is_named_and_exits_with_2(params string[] args)
    {
        (int code, _, string error) = await RunAsync(Probe(_ => 0), args);
        code.ShouldBe(2);
        error.ShouldContain(args[^1]);
        error.ShouldContain("--help");
    }

    [Fact]
    public async Task Input_errors_are_shown_without_a_stack_and_exit_with_2() =>
        await ShouldReportAsync(new InputException("report.pdf: not a PDF"), 2, "error: report.pdf: not a PDF");

    [Fact]
    public async Task Missing_prerequisites_exit_with_3() =>
        await ShouldReportAsync(new MissingPrerequisiteException("no pg_ctl found"), 3, "error: no pg_ctl found");

    [Fact]
    public async Task A_full_disk_exits_with_1_and_says_what_to_do() =>
        await ShouldReportAsync(new IOException("No space left on device", 28), 1,
            "error: the disk is full (No space left on device); free some space, or choose another folder with --data or --out");

    [Fact]
    public async Task A_bug_keeps_its_stack_and_exits_with_1()
    {
        (int code, _, string error) = await RunAsync(Probe(_ => throw new InvalidOperationException("broken")), "probe");
        code.ShouldBe(1);
        error.ShouldContain(nameof(A_bug_keeps_its_stack_and_exits_with_1));
    }

    private static async Task ShouldReportAsync(Exception problem, int expectedCode, string expectedLine)
    {
        (int code, string output, string error) = await RunAsync(Probe(_ => throw problem), "probe");
        code.ShouldBe(expectedCode);
        output.ShouldBeEmpty();
        error.Trim().ShouldBe(expectedLine);
    }

    private static Command Probe(Func<ParseResult, int> action)
    {
        Command probe = new("probe", "A command of this test.") { new Option<int>("--count") };
        probe.SetAction(action);
        return new Command("pipeline", "test") { probe };
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(Command root, params string[] args)
    {
        StringWriter output = new();
        StringWriter error = new();
        int code = await CommandLine.RunAsync(root, args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
