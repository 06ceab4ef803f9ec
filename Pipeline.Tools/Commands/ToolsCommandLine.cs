using System.CommandLine;
using Pipeline.Web.Commands;

namespace Pipeline.Tools.Commands;

/// <summary>
/// The product's commands and, after them, those that build and measure it. The launcher sends only the latter here, and
/// top-level <c>--help</c>, so that a checkout lists everything there is.
/// </summary>
internal static class ToolsCommandLine
{
    public static Command CreateRoot()
    {
        Command root = CommandLine.CreateRoot();
        foreach (Command command in CreateTools()) root.Subcommands.Add(command);
        return root;
    }

    /// <summary>Commands that are not part of the product.</summary>
    internal static IEnumerable<Command> CreateTools() =>
        [BenchCommand.Create(), ChaosCommand.Create(), FuzzCommand.Create(), StarterCommand.Create(), SamplesCommand.Create()];
}
