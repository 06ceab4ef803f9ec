using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Pipeline.Web.Commands.Documents;
using Pipeline.Web.Commands.Generation;
using Pipeline.Web.Commands.Host;
using Pipeline.Web.Commands.Runs;
using Pipeline.Web.Commands.Training;

namespace Pipeline.Web.Commands;

/// <summary>The root command: every command of the product, in the order of its help.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs one command; turns errors into messages on <paramref name="error"/> and exit codes.</summary>
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error) =>
        RunAsync(CreateRoot(), args, output, error);

    internal static async Task<int> RunAsync(Command root, string[] args, TextWriter output, TextWriter error)
    {
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
            return Refuse(parsed, error);

        using StopSignals stop = new(error);
        try
        {
            // Exceptions and signals are ours to map: the library's own handlers would print stacks and exit after 2 s.
            InvocationConfiguration invocation = new()
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation, stop.Token);
        }
        catch (Exception problem)
        {
            return CommandErrors.Report(problem, stop.Token, error);
        }
    }

    internal static Command CreateRoot()
    {
        // Not a RootCommand: that one calls itself after the assembly, and users type the launcher's name.
        Command root = new("pipeline", "From a folder of PDFs to an evaluated, ready-to-serve LoRA specialist.")
        {
            new HelpOption(),
            new VersionOption(),
        };
        Command[] commands =
        [
            // In the order in which a new user needs them.
            DemoCommand.Create(),
            UpCommand.Create(),
            RunCommand.Create(),
            RunsCommand.Create(),
            AdaptersCommand.Create(),
            ExtractCommand.Create(),
            DatasetCommand.Create(),
            ParseWorkerCommand.Create(),
            EngineGuardCommand.Create(),
            PullCommand.Create(),
            TrainCommand.Create(),
            EvalCommand.Create(),
            ExamineCommand.Create(),
            GenerateCommand.Create(),
            ChatCommand.Create(),
            MergeCommand.Create(),
            GcCommand.Create(),
            BackupCommand.Create(),
            BackupCommand.CreateRestore(),
        ];
        foreach (Command command in commands)
            root.Subcommands.Add(command);
        return root;
    }

    private static int Refuse(ParseResult parsed, TextWriter error)
    {
        foreach (ParseError problem in parsed.Errors)
            error.WriteLine(problem.Message);
        error.WriteLine($"See: {string.Join(' ', PathOf(parsed.CommandResult))} --help");
        return ExitCodes.BadUsage;
    }

    private static IEnumerable<string> PathOf(CommandResult result)
    {
        List<string> names = new();
        for (SymbolResult? at = result; at is CommandResult command; at = at.Parent)
            names.Insert(0, command.Command.Name);
        return names;
    }
}
