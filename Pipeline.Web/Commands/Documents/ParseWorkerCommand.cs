using System.CommandLine;
using Pipeline.Jobs.Extract.Worker;

namespace Pipeline.Web.Commands.Documents;

/// <summary><c>parse-worker</c>: the child process in which PDFs are parsed. Started by the product itself, not by users.</summary>
internal static class ParseWorkerCommand
{
    /// <summary>What the product starts it with.</summary>
    public const string Name = "parse-worker";

    public static Command Create()
    {
        Command command = new(Name, "Parse PDFs named on standard input") { Hidden = true };
        command.SetAction(_ => ParserWorker.Run());
        return command;
    }

    /// <summary>The same without the command line around it.</summary>
    /// <returns>Exit code.</returns>
    public static int Run()
    {
        using StopSignals stop = new(Console.Error); // it ends when its parent does, not by a signal to both
        return ParserWorker.Run();
    }
}
