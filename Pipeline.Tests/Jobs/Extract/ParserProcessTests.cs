using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Tests.Jobs.Extract;

/// <summary>Children that misbehave, played by a shell.</summary>
public sealed class ParserProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ParserProcessTests() => File.WriteAllBytes(Pdf, PdfBuilder.WithPages(""));

    private string Pdf => _folder.File("report.pdf");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_crash_is_reported_with_its_signal()
    {
        BadDocumentException error = await FailAsync("read line; kill -SEGV $$", new ExtractionOptions());
        error.Reason.ShouldBe(BadDocumentReason.ParserCrashed);
        error.Message.ShouldBe("report.pdf: the parser crashed on it (signal 11); print it to a new PDF or exclude the file");
    }

    [Fact]
    public async Task What_the_runtime_says_of_a_crash_is_passed_on()
    {
        BadDocumentException error = await FailAsync("read line; echo 'Stack overflow.' >&2; kill -ABRT $$", new ExtractionOptions());
        error.Message.ShouldBe(
            "report.pdf: the parser crashed on it (signal 6: Stack overflow); print it to a new PDF or exclude the file");
    }

    [Fact]
    public async Task A_hang_ends_at_the_time_limit()
    {
        BadDocumentException error = await FailAsync("exec sleep 100000", new ExtractionOptions { SecondsPerDocument = 1 });
        error.Message.ShouldBe("report.pdf: not finished after 1 s; raise extraction.seconds_per_document or exclude the file");
    }

    [Fact]
    public async Task Cancellation_passes_through_and_ends_the_child()
    {
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(300));
        string marker = _folder.File("child");
        using DocumentExtractor extractor = new(Shell($"echo $$ > '{marker}'; exec sleep 60"));
        await Should.ThrowAsync<OperationCanceledException>(
            extractor.ExtractAsync(Pdf, _folder.File("out"), new ExtractionOptions(), cancel.Token));
        Directory.Exists(_folder.File("out")).ShouldBeFalse();
        if (File.Exists(marker) && int.TryParse(File.ReadAllText(marker), out int child))
            await EndsAsync(child);
    }

    [Fact]
    public async Task The_child_is_given_nothing_secret()
    {
        string secret = "PASSWORD_" + Guid.NewGuid().ToString("N");
        using TemporaryFolder elsewhere = new();
        string seen = elsewhere.File("environment");
        Environment.SetEnvironmentVariable(secret, "of a storage");
        try
        {
            await FailAsync($"read line; env > '{seen}'; exit 1", new ExtractionOptions());
        }
        finally
        {
            Environment.SetEnvironmentVariable(secret, null);
        }
        string environment = await File.ReadAllTextAsync(seen, TestContext.Current.CancellationToken);
        environment.ShouldContain("PATH=");
        environment.ShouldNotContain(secret);
    }

    [Fact]
    public async Task Noise_on_standard_output_is_not_taken_for_a_reply()
    {
        BadDocumentException error = await FailAsync(
            """read line; echo 'native library says hello'; echo '{"Kind":2,"Reason":0,"Message":"report.pdf: said by the child"}'""",
            new ExtractionOptions());
        error.Message.ShouldBe("report.pdf: said by the child");
    }

    [Fact]
    public async Task A_fault_of_this_program_costs_the_document_and_says_where_it_is()
    {
        BadDocumentException error = await FailAsync(
            """read line; printf '%s\n' '{"Kind":4,"Message":"System.NullReferenceException: oh\n   at System.Linq.Enumerable.Sum()\n"""
            + """   at Pipeline.Jobs.Extract.Layout.BlockBuilder.Build(Int32 page) in a.cs:line 3"}'""",
            new ExtractionOptions());
        error.Reason.ShouldBe(BadDocumentReason.ParserCrashed);
        error.Message.ShouldBe("report.pdf: the parser crashed on it (a fault of this program: NullReferenceException in "
            + "BlockBuilder.Build); print it to a new PDF or exclude the file");
        error.ToString().ShouldContain("a.cs:line 3");
    }

    [Fact]
    public async Task A_full_disk_is_no_fault_of_the_document()
    {
        using DocumentExtractor extractor = new(Shell("""read line; echo '{"Kind":5,"Message":"No space left on device"}'"""));
        StorageFullException error = await Should.ThrowAsync<StorageFullException>(
            extractor.ExtractAsync(Pdf, _folder.File("out"), new ExtractionOptions(), TestContext.Current.CancellationToken));
        error.Message.ShouldContain("the disk is full");
        StageRunner.KindOf(error).ShouldBe(FailureKind.Transient, "there may be space later");
    }

    private async Task<BadDocumentException> FailAsync(string script, ExtractionOptions options)
    {
        using DocumentExtractor extractor = new(Shell(script));
        BadDocumentException error = await Should.ThrowAsync<BadDocumentException>(
            extractor.ExtractAsync(Pdf, _folder.File("out"), options, TestContext.Current.CancellationToken));
        Directory.GetFileSystemEntries(_folder.Path).ShouldBe([Pdf]);
        return error;
    }

    private static HostCommand Shell(string script) => new("/bin/sh", ["-c", script]);

    private static async Task EndsAsync(int id)
    {
        for (int i = 0; i < 100; i++)
        {
            string path = $"/proc/{id}/stat";
            if (!File.Exists(path) || File.ReadAllText(path).Contains(") Z "))
                return;
            await Task.Delay(50);
        }
        Assert.Fail($"child {id} is still running");
    }
}
