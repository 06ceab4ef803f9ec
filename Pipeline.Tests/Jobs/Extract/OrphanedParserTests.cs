using System.Diagnostics;
using Pipeline.Jobs;
using Pipeline.Jobs.Extract.Worker;

namespace Pipeline.Tests.Jobs.Extract;

public sealed class OrphanedParserTests
{
    [Fact]
    public async Task A_parser_in_the_middle_of_a_document_ends_when_its_parent_is_gone()
    {
        using TemporaryFolder folder = new();
        HostCommand command = HostCommand.Of(HostCommand.ParseWorker);
        using Process parser = Process.Start(new ProcessStartInfo(command.File, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true
        })!;
        string pdf = Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "samples"), "*.pdf")[0];
        Directory.CreateDirectory(folder.File("out"));
        // At this resolution the pages take many times longer than noticing does.
        await parser.StandardInput.WriteLineAsync(new ParseRequest(pdf, "a.pdf", folder.File("out"), RasterDpi: 600, MaxPages: 100,
            WithoutPdfPig: false).ToLine());
        await parser.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        parser.StandardInput.Close();           // as the kernel does when the parent dies
        await parser.WaitForExitAsync(TestContext.Current.CancellationToken);
        parser.ExitCode.ShouldBe(128 + 9);
    }
}
