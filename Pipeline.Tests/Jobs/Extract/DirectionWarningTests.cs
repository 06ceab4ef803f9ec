using Pipeline.Jobs.Extract;

namespace Pipeline.Tests.Jobs.Extract;

/// <summary>Text that runs another way than the rest of its page is told with its page.</summary>
public sealed class DirectionWarningTests : IDisposable
{
    private readonly DocumentExtractor _extractor = new();
    private readonly TemporaryFolder _folder = new();

    private static string Upright => PdfBuilder.Text(
        (72, 770, 11, "The pumps of the works are listed in the order in which they were built, and each has a number."),
        (72, 756, 11, "A pump is out of service while its number stands in the book of the day, which is kept at the gate."),
        (72, 200, 11, "The list ends here, and what is not in it was sold or scrapped before the first of the month."));

    [Theory]
    [InlineData("0 1 -1 0", "run sideways among upright text")]
    [InlineData("0.7071 0.7071 -0.7071 0.7071", "at an angle and were left out")]
    public async Task Text_that_runs_another_way_is_a_warning_with_its_page(string matrix, string told)
    {
        string turned = $"BT /F1 11 Tf {matrix} 300 400 Tm (Handed over to the night shift on Monday) Tj ET\n";
        IReadOnlyList<string> warnings = await WarningsAsync(Upright, Upright + turned);
        string warning = warnings.ShouldHaveSingleItem();
        warning.ShouldStartWith("page 2: ");
        warning.ShouldContain(told);
    }

    [Fact]
    public async Task A_short_stamp_is_counted_and_no_warning() =>
        (await WarningsAsync(Upright + "BT /F1 40 Tf 0.7071 0.7071 -0.7071 0.7071 200 400 Tm (DRAFT) Tj ET\n")).ShouldBeEmpty();

    private async Task<IReadOnlyList<string>> WarningsAsync(params string[] pages)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        string pdf = _folder.File("turned.pdf");
        await File.WriteAllBytesAsync(pdf, PdfBuilder.WithPages(pages), stop);
        return (await _extractor.ExtractAsync(pdf, _folder.File("out"), new ExtractionOptions(), stop)).Document.Warnings;
    }

    public void Dispose()
    {
        _extractor.Dispose();
        _folder.Dispose();
    }
}
