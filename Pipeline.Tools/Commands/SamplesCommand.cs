using System.CommandLine;
using Pipeline.Tools.Samples;
using Pipeline.Web;

namespace Pipeline.Tools.Commands;

/// <summary><c>samples --out DIR</c>: writes the PDFs of <c>samples/</c>, the same bytes every time.</summary>
internal static class SamplesCommand
{
    public static Command Create()
    {
        Option<string> output = new("--out") { Description = "Target folder", DefaultValueFactory = _ => "samples" };
        Command command = new("samples", "Write the sample PDFs again") { output };
        command.SetAction(parsed =>
        {
            foreach (string path in SampleLibrary.Write(parsed.GetRequiredValue(output)))
                parsed.InvocationConfiguration.Output.WriteLine($"{path}: {new FileInfo(path).Length / 1024} KiB");
            return ExitCodes.Success;
        });
        return command;
    }
}
