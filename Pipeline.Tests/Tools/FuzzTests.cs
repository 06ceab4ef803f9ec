using System.Text;
using Pipeline.Tests.Jobs.Extract;
using Pipeline.Tools.Fuzz;

namespace Pipeline.Tests.Tools;

/// <summary>The fuzzer itself: that it repeats, that it reaches objects and streams, and that it sees what is wrong.</summary>
public sealed class FuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FuzzTests() =>
        File.WriteAllBytes(Whole, PdfBuilder.WithPages(PdfBuilder.Text((72, 700, 11, "The valve closes at 3 bar."))));

    private string Whole => _folder.File("whole.pdf");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_is_the_same_file_every_time_and_another_one_with_another_seed()
    {
        byte[][] first = Make(seed: 7), again = Make(seed: 7), other = Make(seed: 8);
        first.ShouldBe(again);
        first.Count(f => other.Any(o => o.AsSpan().SequenceEqual(f))).ShouldBeLessThan(10);

        byte[][] Make(int seed) => [.. Enumerable.Range(1, 50).Select(run => new PdfMutator([Whole], seed).Make(run).Content)];
    }

    [Fact]
    public void Objects_that_are_written_unchanged_are_read_again()
    {
        PdfObjects pdf = PdfObjects.Read(File.ReadAllBytes(Whole)).ShouldNotBeNull();
        PdfObjects again = PdfObjects.Read(pdf.Write()).ShouldNotBeNull();
        again.All.Select(o => (o.Number, o.Stream)).ShouldBe(pdf.All.Select(o => (o.Number, o.Stream)));
        again.Trailer.ShouldContain("/Root 1 0 R");
        Encoding.Latin1.GetString(pdf.Write()).ShouldContain("(The valve closes at 3 bar.) Tj");
    }

    [Fact]
    public async Task Broken_files_in_numbers_end_well_and_leave_nothing_behind()
    {
        StringWriter output = new();
        FuzzOrder order = new([Whole], 40, 1, 1, 60, 1024, 2, _folder.File("kept"), false, Alone: false, Json: true);
        int code = await new FuzzSession(order, TextWriter.Synchronized(output)).RunAsync(TestContext.Current.CancellationToken);
        code.ShouldBe(0, output.ToString());
        output.ToString().ShouldContain("40 runs in");
        Directory.GetFiles(_folder.File("kept")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("run-1.pdf: damaged; copy it again", null)]
    [InlineData("damaged; copy it again", "the file is not named")]
    [InlineData("run-1.pdf: damaged", "says no fix")]
    [InlineData("run-1.pdf: System.NullReferenceException: oh; copy it again", "has a stack trace or a type's name")]
    public void Messages_that_help_nobody_are_findings(string message, string? fault) =>
        DocumentSoundness.Fault(message, "run-1.pdf").ShouldBe(fault);

    [Fact]
    public void Findings_of_one_cause_are_one_group_with_all_its_runs()
    {
        FuzzFindings findings = new();
        findings.Add(3, FuzzOutcome.Crashed, "stack overflow", "c.pdf");
        findings.Add(1, FuzzOutcome.Crashed, "stack overflow", "a.pdf");
        findings.Add(2, FuzzOutcome.Refused, "damaged", "b.pdf");
        StringWriter output = new();
        findings.Write(output);
        findings.Groups.ShouldBe(1);
        findings.Runs.ShouldBe(3);
        output.ToString().ShouldBe("\nCrashed: stack overflow\n  2 runs: 1, 3\n  a.pdf\n");
    }
}
