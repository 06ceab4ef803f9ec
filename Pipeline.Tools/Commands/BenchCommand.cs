using System.CommandLine;

namespace Pipeline.Tools.Commands;

/// <summary><c>bench …</c>: measurements; with <c>--json</c> the last line is one JSON object.</summary>
internal static class BenchCommand
{
    public static Command Create() =>
        new("bench", "Measure this machine at the product's work") { BenchTrainCommand.Create(), BenchExtractCommand.Create(),
        BenchJobsCommand.Create(), BenchTeachCommand.Create(), BenchFilterCommand.Create() };
}
