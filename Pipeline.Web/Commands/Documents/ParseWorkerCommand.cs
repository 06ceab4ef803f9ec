using System.CommandLine;
using Pipeline.Jobs.Extract.Worker;

namespace Pipeline.Web.Commands.Documents;

/// <summary><c>parse-worker</c>: the child process in which PDFs are parsed. Started by the product itself, not by users.</summary>
internal static class ParseWorkerCommand
{
    public static Command Create()
    {
        Command command = new("parse-worker", "Parse PDFs named on standard input") { Hidden = true };
        command.SetAction(_ => ParserWorker.Run());
        return command;
    }
}
