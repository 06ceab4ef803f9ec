using System.Globalization;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tests.Jobs.Extract;

/// <summary>Kinds of tables that reports print, each drawn with a few words.</summary>
public sealed class TableTests : IDisposable
{
    private const double Size = 9;

    private static readonly string[] Prose =
    [
        "The office counted the", "households of all districts", "and found that more of", "them than in the year",
        "before had moved to the", "towns of the coast, where", "work was found in ports", "and in the new factories.",
    ];

    private readonly DocumentExtractor _extractor = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Numbers_in_columns_are_a_table_without_any_line()
    {
        DocumentTable table = await TableAsync(
            Row(700, ("", 60), ("2019", 300), ("2020", 360), ("2021", 420))
            + Row(686, ("Grants received", 60), ("1,200", 300), ("950", 360), ("1,310", 420))
            + Row(672, ("Of which from the state", 60), ("800", 300), ("-", 360), ("900", 420))
            + Row(658, ("Other income", 60), ("75", 300), ("80", 360), ("(12)", 420)));
        table.Rows.Count.ShouldBe(4);
        table.HeaderRows.ShouldBe(1);
        table.Rows[2].ShouldBe(["Of which from the state", "800", "-", "900"]);
    }

    [Fact]
    public async Task Heads_over_several_columns_reach_as_far_as_the_line_below_them()
    {
        DocumentTable table = await TableAsync(
            PdfBuilder.Text((290, 716, Size, "Men"), (410, 716, Size, "Women")) + Rule(250, 712, 350) + Rule(370, 712, 470)
            + Row(700, ("District", 60), ("Total", 290), ("Aged", 350), ("Total", 410), ("Aged", 470))
            + string.Concat(Enumerable.Range(0, 5).Select(i => Row(684 - 14 * i, ($"Place {(char)('A' + i)}", 60), ($"{120 + i}", 290),
                ($"{31 + i}", 350), ($"{140 + i}", 410), ($"{44 + i}", 470)))));
        table.HeaderRows.ShouldBe(2);
        table.Spans.ShouldBe([new CellSpan(0, 1, 1, 2), new CellSpan(0, 3, 1, 2)]);
        table.HeaderOf(4).ShouldBe("Women Aged");
    }

    [Fact]
    public async Task Names_of_groups_stand_between_rows()
    {
        DocumentTable table = await TableAsync(
            Row(700, ("Item", 60), ("2020", 360), ("2021", 420))
            + Row(686, ("Outlays:", 60)) + Row(672, ("Defense ..........................", 60), ("699", 360), ("709", 420))
            + Row(658, ("Other ............................", 60), ("600", 360), ("610", 420))
            + Row(644, ("Receipts:", 60)) + Row(630, ("Taxes ...........................", 60), ("1,299", 360), ("1,319", 420)));
        table.Rows.Select(r => r[0]).ShouldBe(["Item", "Outlays:", "Defense", "Other", "Receipts:", "Taxes"]);
    }

    [Fact]
    public async Task A_label_over_two_lines_is_one_cell()
    {
        DocumentTable table = await TableAsync(
            Row(700, ("Offense", 60), ("Total", 300), ("Male", 360))
            + Row(686, ("Murder and nonnegligent", 60)) + Row(676, ("manslaughter", 64), ("10.0", 300), ("9.0", 360))
            + Row(662, ("Robbery", 60), ("102.1", 300), ("90.0", 360)) + Row(648, ("Burglary", 60), ("240.9", 300), ("205.0", 360)));
        table.Rows[1].ShouldBe(["Murder and nonnegligent manslaughter", "10.0", "9.0"]);
        table.Rows.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_label_and_an_amount_are_a_row()
    {
        DocumentTable table = await TableAsync(
            Row(700, ("Net asset value", 60), ("5,111,372", 460)) + Row(686, ("Outstanding units", 60), ("49,136", 460))
            + Row(672, ("Value per unit", 60), ("104.03", 460)) + Row(658, ("Costs of the year", 60), ("(1,870)", 460))
            + Row(644, ("Result", 60), ("203.78", 460)));
        table.Rows.Count.ShouldBe(5);
        table.HeaderRows.ShouldBe(0);
        table.Rows[3].ShouldBe(["Costs of the year", "(1,870)"]);
    }

    [Fact]
    public async Task Lines_around_groups_of_rows_do_not_join_the_rows()
    {
        string rules = string.Concat(new[] { 714, 696, 652, 636, 592 }.Select(y => Rule(55, y, 430)))
            + string.Concat(new[] { 55, 200, 300, 430 }.Select(x => $"{x} 592 m {x} 714 l S\n"));
        string Group(int y, int from) => string.Concat(Enumerable.Range(0, 3).Select(i =>
            Row(y - 13 * i, ($"Month {from + i}", 60), ($"{653 + i},278", 290), ($"{107 + i}.5", 420))));
        DocumentTable table = await TableAsync(rules + Row(701, ("Period", 60), ("Passengers", 290), ("Change", 420))
            + Group(684, 1) + Row(640, ("Quarter", 60), ("1,962", 290), ("108.8", 420)) + Group(623, 4));
        table.Rows.Count.ShouldBe(8);
        table.Rows[2].ShouldBe(["Month 2", "654,278", "108.5"]);
    }

    [Fact]
    public async Task A_sum_in_bold_is_no_head()
    {
        string rows = string.Concat(Enumerable.Range(0, 4).Select(i =>
            Row(686 - 14 * i, ($"Part {i + 1}", 60), ($"{41 + i}.5", 300), ($"{i + 2}.0", 360))));
        ExtractedDocument document = await ExtractAsync(Bold(Row(700, ("Total", 60), ("172.0", 300), ("14.0", 360))) + rows);
        document.Tables.ShouldHaveSingleItem().HeaderRows.ShouldBe(0);
    }

    [Fact]
    public async Task Three_columns_of_running_text_between_lines_are_no_table()
    {
        string text = string.Concat(Prose.Select((line, i) => PdfBuilder.Text(
            (60, 700 - 12 * i, Size, line), (230, 700 - 12 * i, Size, line), (400, 700 - 12 * i, Size, line))));
        (await ExtractAsync(Rule(55, 714, 540) + text + Rule(55, 606, 540))).Tables.ShouldBeEmpty();
    }

    [Fact]
    public async Task Contents_with_numbers_of_sections_are_no_table()
    {
        string[] titles = ["Scope", "Means and methods", "Results of the count", "Errors", "Outlook", "Sources"];
        string lines = string.Concat(titles.Select((title, i) =>
            Row(700 - 14 * i, ($"1.{i + 1}", 60), (title, 100), ($"{3 + 4 * i}", 480))));
        (await ExtractAsync(lines)).Tables.ShouldBeEmpty();
    }

    [Fact]
    public async Task Formulas_with_their_numbers_are_no_table()
    {
        string lines = string.Concat(Enumerable.Range(1, 5).Select(i => Row(700 - 24 * i, ($"a = b + {i} c", 200), ($"({i})", 480))));
        (await ExtractAsync(lines)).Tables.ShouldBeEmpty();
    }

    /// <summary>Cells: the first from its left edge, numbers to their right edge, as reports set them.</summary>
    private static string Row(double y, params (string Text, double X)[] cells) => string.Concat(cells.Where(c => c.Text.Length > 0)
        .Select(c => PdfBuilder.Text((c.X <= 100 ? c.X : c.X - Width(c.Text), y, Size, c.Text))));

    /// <summary>As wide as Helvetica sets it, near enough.</summary>
    private static double Width(string text) => Size * text.Sum(c => c is '.' or ',' ? 0.278 : c is '(' or ')' or '-' ? 0.333 : 0.556);

    private static string Rule(double from, double y, double to) =>
        string.Create(CultureInfo.InvariantCulture, $"0.6 w {from} {y} m {to} {y} l S\n");

    private static string Bold(string text) => text.Replace("/F1", "/F2");

    private async Task<DocumentTable> TableAsync(string content) => (await ExtractAsync(content)).Tables.ShouldHaveSingleItem();

    private async Task<ExtractedDocument> ExtractAsync(string content)
    {
        string lead = PdfBuilder.Text((60, 780, 11, "The report of the year tells what was counted and how it was done."),
            (60, 766, 11, "Each of the offices sent its numbers before the end of the month of May."));
        CancellationToken stop = TestContext.Current.CancellationToken;
        string pdf = _folder.File("tables.pdf");
        PdfBuilder file = new();
        file.Add("<< /Type /Catalog /Pages 2 0 R >>");
        file.Add("<< /Type /Pages /Count 1 /Kids [5 0 R] >>");
        foreach (string font in (string[])["Helvetica", "Helvetica-Bold"])
            file.Add($"<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>");
        file.Add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R "
            + "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>");
        file.Add(PdfBuilder.Stream(lead + content));
        await File.WriteAllBytesAsync(pdf, file.Build(), stop);
        return (await _extractor.ExtractAsync(pdf, _folder.File("out"), new ExtractionOptions(), stop)).Document;
    }

    public void Dispose()
    {
        _extractor.Dispose();
        _folder.Dispose();
    }
}
