using System.CommandLine;
using Pipeline.Jobs.Train.Engines;

namespace Pipeline.Web.Commands.Training;

/// <summary><c>engine-guard</c>: the process between a worker and a training engine. Started by the product itself, not by users.</summary>
internal static class EngineGuardCommand
{
    public static Command Create()
    {
        Command command = new("engine-guard", "Run the training engine named on standard input") { Hidden = true };
        command.SetAction((_, stopping) => Task.FromResult(EngineGuard.Run(stopping)));
        return command;
    }
}
