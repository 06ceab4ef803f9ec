using System.CommandLine;
using Pipeline.Models;
using Pipeline.Tools.Fuzz;
using Pipeline.Web.Commands.Documents;

namespace Pipeline.Tools.Commands;

/// <summary><c>fuzz extract DIR</c>: broken PDFs against extraction.</summary>
internal static class FuzzCommand
{
    public static Command Create() =>
        new("fuzz", "Feed the product broken input and check that it says so and goes on") { CreateExtract() };

    private static Command CreateExtract()
    {
        Argument<string[]> paths = new("PATH")
        {
            Description = "PDFs to break, or folders of them; small ones give the most runs per second",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<int> runs = new("--runs") { Description = "Broken files to extract", DefaultValueFactory = _ => 2000 };
        Option<int> seed = new("--seed") { Description = "Decides what is done to which file", DefaultValueFactory = _ => 1 };
        Option<int> first = new("--first") { Description = "Number of the first run", DefaultValueFactory = _ => 1 };
        Option<int?> only = new("--only") { Description = "Repeats the run of this number alone" };
        Option<int> seconds = new("--timeout") { Description = "Seconds per try of a document", DefaultValueFactory = _ => 20 };
        Option<int> megabytes = new("--memory") { Description = "MB per parser process", DefaultValueFactory = _ => 1024 };
        Option<int> parallel = new("--parallel")
        {
            Description = "Documents at a time",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        Option<string?> keep = new("--keep") { Description = "Folder for the files of findings; with --only for the file in any case" };
        Option<bool> json = new("--json") { Description = "End with one JSON object on the last line" };
        Command command = new("extract", "Change PDFs at random (bytes, objects, streams) and extract them") { paths, runs, seed, first,
            only, seconds, megabytes, parallel, keep, json };
        command.SetAction((parsed, stopping) =>
        {
            int number = parsed.GetValue(runs);
            if (number < 1)
                throw new InputException($"--runs {number}: expected 1 or more");
            FuzzOrder order = new(
                [.. parsed.GetRequiredValue(paths).SelectMany(p => PdfPaths.Find(p)).Select(f => f.Pdf)],
                parsed.GetValue(only) is null ? number : 1, parsed.GetValue(seed), parsed.GetValue(only) ?? parsed.GetValue(first),
                Within(seconds.Name, parsed.GetValue(seconds), 1, 3600), Within(megabytes.Name, parsed.GetValue(megabytes), 256, 65536),
                Within(parallel.Name, parsed.GetValue(parallel), 1, 256), parsed.GetValue(keep), parsed.GetValue(only) is not null,
                Alone: true, parsed.GetValue(json));
            return new FuzzSession(order, parsed.InvocationConfiguration.Output).RunAsync(stopping);
        });
        return command;
    }

    private static int Within(string option, int value, int least, int most) => value >= least && value <= most ? value
        : throw new InputException($"{option} {value}: expected {least} to {most}");
}
