using System.CommandLine;
using Pipeline.Tools.Chaos;

namespace Pipeline.Tools.Commands;

/// <summary><c>chaos</c>: runs hit by every kind of accident, and a verdict on each.</summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        Option<int> runs = new("--runs") { Description = "Runs to disturb", DefaultValueFactory = _ => 5 };
        Option<int> seed = new("--seed") { Description = "Decides which accidents happen, and when", DefaultValueFactory = _ => 1 };
        Option<int> documents = new("--documents") { Description = "Sample documents of each run", DefaultValueFactory = _ => 2 };
        Option<ChaosFault[]> only =
            new("--only")
            {
                Description = "Accidents that happen in every run, each once, in some order; a few of all when left out",
                DefaultValueFactory = _ => [],
                AllowMultipleArgumentsPerToken = true
            };
        Option<bool> json = new("--json") { Description = "End with one JSON object on the last line" };
        Command command = new("chaos", "Kill, freeze and starve a running pipeline, and check that nothing was lost or done twice") { runs,
            seed, documents, only, json };
        command.SetAction((parsed, stopping) => new ChaosSession(
            new ChaosOrder(parsed.GetValue(runs), parsed.GetValue(seed), parsed.GetValue(documents), parsed.GetValue(only)!,
            parsed.GetValue(json)),
            parsed.InvocationConfiguration.Output).RunAsync(stopping));
        return command;
    }
}
