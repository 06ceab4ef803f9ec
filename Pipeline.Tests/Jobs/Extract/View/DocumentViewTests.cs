using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.View;

namespace Pipeline.Tests.Jobs.Extract.View;

public sealed partial class DocumentViewTests
{
    [Fact]
    public void Every_block_stands_once_on_its_page_with_its_number_in_reading_order()
    {
        ExtractedDocument document = ViewedDocument.Of(3,
            ViewedDocument.Block(1, BlockKind.Heading, "Pumps") with { Level = 2 },
            ViewedDocument.Block(1, BlockKind.ListItem, "one") with { Level = 1, Marker = "1." },
            ViewedDocument.Block(1, BlockKind.ListItem, "two") with { Level = 2, Marker = "-" },
            ViewedDocument.Block(2, BlockKind.Code, "  for\n    all") with { Id = "p2-b1" },
            ViewedDocument.Block(3, BlockKind.PageNumber, "3") with { Id = "p3-b1" });
        DocumentView view = new(document, path => path);
        string html = view.Pages();
        TextNumber().Matches(html).Select(m => (m.Groups["id"].Value, m.Groups["number"].Value))
            .ShouldBe(document.Blocks.Select((b, i) => (b.Id, $"{i + 1}")));
        BoxNumber().Matches(html).Select(m => m.Groups["number"].Value).ShouldBe(["1", "2", "3", "4", "5"]);
        view.Page(document.Pages[1]).ShouldContain("<pre dir=\"auto\"><code>  for&#xA;    all</code></pre>");
        view.Page(document.Pages[1]).ShouldNotContain("Pumps");
        html.ShouldContain("<h4 dir=\"auto\">Pumps</h4>");
        Regex.Count(html, "<ul>").ShouldBe(1);
        html.ShouldContain("<span class=\"marker\">1.</span><span class=\"words\" dir=\"auto\">one</span>");
    }

    [Fact]
    public void Boxes_are_within_their_page_also_when_blocks_are_not()
    {
        ExtractedDocument document = ViewedDocument.Of(1,
            ViewedDocument.Block(1, BlockKind.Paragraph, "in") with { Box = new Box(50, 100, 150, 300) },
            ViewedDocument.Block(1, BlockKind.Paragraph, "half out") with { Box = new Box(-50, 350, 90, 450) },
            ViewedDocument.Block(1, BlockKind.Paragraph, "out") with { Box = new Box(400, 500, 450, 520) });
        string html = new DocumentView(document, path => path).Pages();
        double[][] boxes = [.. Rectangle().Matches(html).Select(m => m.Groups.Values.Skip(1)
            .Select(g => double.Parse(g.Value, CultureInfo.InvariantCulture)).ToArray())];
        boxes.Length.ShouldBe(3);
        boxes.ShouldAllBe(b => b[0] >= 0 && b[1] >= 0 && b[2] >= 0 && b[3] >= 0 && b[0] + b[2] <= 100.01 && b[1] + b[3] <= 100.01);
        boxes[0].ShouldBe([25, 25, 50, 50], tolerance: 1);      // of a page of 200 × 400 points, from its top
    }

    [Fact]
    public void A_block_that_goes_on_has_a_box_with_its_number_in_each_place_and_a_note_on_the_later_page()
    {
        ExtractedDocument document = ViewedDocument.Of(2,
            ViewedDocument.Block(1, BlockKind.Paragraph, "first"),
            ViewedDocument.Block(1, BlockKind.Paragraph, "goes on") with
            {
                Continued = [new BlockRegion(1, new Box(100, 10, 190, 50)), new BlockRegion(2, new Box(10, 300, 90, 390))],
            });
        DocumentView view = new(document, path => path);
        BoxNumber().Matches(view.Page(document.Pages[0])).Select(m => m.Groups["number"].Value).ShouldBe(["1", "2", "2"]);
        string second = view.Page(document.Pages[1]);
        BoxNumber().Matches(second).Select(m => m.Groups["number"].Value).ShouldBe(["2"]);
        second.ShouldContain("<a class=\"number\" href=\"#p1-b2\">2</a> goes on here from page 1");
        Regex.Count(view.Pages(), "id=\"box-p1-b2\"").ShouldBe(1);
        Regex.Count(view.Pages(), "goes on here").ShouldBe(1);
    }

    [Theory]
    [InlineData("page 2: its text runs sideways", "page <a href=\"#page-2\">2</a>: its text runs sideways")]
    [InlineData("page 2 of 3 is odd", "page <a href=\"#page-2\">2</a> of 3 is odd")]
    [InlineData("pages 1, 2 and 3 are odd",
        "pages <a href=\"#page-1\">1</a>, <a href=\"#page-2\">2</a> and <a href=\"#page-3\">3</a> are odd")]
    [InlineData("page 7 was left out; 3 pages < 12", "page 7 was left out; 3 pages &lt; 12")]
    public void Warnings_link_to_the_pages_they_name(string warning, string html) =>
        new DocumentView(ViewedDocument.Of(3) with { Warnings = [warning] }, path => path).Warnings().ShouldContain($"<li>{html}</li>");

    [Fact]
    public void Without_warnings_nothing_is_said_of_them() =>
        new DocumentView(ViewedDocument.Of(1), path => path).Warnings().ShouldBeEmpty();

    [Fact]
    public void Cells_that_span_others_do_so_in_the_view()
    {
        DocumentTable table = new()
        {
            Id = "table-1",
            Page = 1,
            Box = new Box(0, 0, 9, 9),
            HeaderRows = 1,
            Rows = [["Sales", ""], ["North", "South < West"]],
            Spans = [new CellSpan(0, 0, 1, 2)],
        };
        ExtractedDocument document = ViewedDocument.Of(1,
            ViewedDocument.Block(1, BlockKind.Table, "") with { Table = "table-1" }) with
        { Tables = [table] };
        new DocumentView(document, path => path).Pages().ShouldContain(
            "<tr><th colspan=\"2\">Sales</th></tr>\n<tr><td>North</td><td>South &lt; West</td></tr>");
    }

    [Fact]
    public void Figures_and_pages_are_shown_from_the_addresses_that_the_caller_gives()
    {
        ExtractedDocument document = ViewedDocument.Of(1,
            ViewedDocument.Block(1, BlockKind.Figure, "0 10 20") with { Figure = "figure-1" }) with
        { Figures = [ViewedDocument.Figure("figure-1")] };
        string html = new DocumentView(document, path => $"/files/{path}?a=1&b=2").Pages();
        Regex.Matches(html, "<img src=\"(?<url>[^\"]*)\"").Select(m => m.Groups["url"].Value)
            .ShouldBe(["/files/pages/page-0001.png?a=1&amp;b=2", "/files/images/figure-1.png?a=1&amp;b=2"]);
        Regex.Count(html, "loading=\"lazy\"").ShouldBe(2);
        html.ShouldContain("A bar chart.");
        html.ShouldContain("<summary>Words in the picture</summary><p dir=\"auto\">0 10 20</p>");
    }

    [Fact]
    public void The_legend_counts_the_kinds_of_blocks_with_furniture_last()
    {
        ExtractedDocument document = ViewedDocument.Of(1, ViewedDocument.Block(1, BlockKind.Header, "Head"),
            ViewedDocument.Block(1, BlockKind.Code, "x"), ViewedDocument.Block(1, BlockKind.ListItem, "a"),
            ViewedDocument.Block(1, BlockKind.ListItem, "b"));
        Regex.Matches(new DocumentView(document, path => path).Legend(), ">(?<kind>[a-z ]+) <b>(?<count>\\d+)</b>")
            .Select(m => $"{m.Groups["kind"]} {m.Groups["count"]}").ShouldBe(["list item 2", "code 1", "header 1"]);
    }

    [Fact]
    public void A_block_tells_its_kind_id_level_and_font()
    {
        ExtractedDocument document = ViewedDocument.Of(1, ViewedDocument.Block(1, BlockKind.Heading, "Pumps") with
        {
            Level = 2,
            Font = 0,
            FontSize = 14.5,
        }) with
        { Fonts = [new DocumentFont("Times-Bold", true, false)] };
        string html = new DocumentView(document, path => path).Pages();
        Regex.Count(html, "1: heading, level 2, p1-b1, Times-Bold 14.5 pt").ShouldBe(2);      // box and text
    }

    [Fact]
    public void Every_kind_has_a_colour_on_which_its_number_can_be_read_and_can_be_hidden()
    {
        foreach (BlockKind kind in Enum.GetValues<BlockKind>())
        {
            string name = NumberedBlock.ClassOf(kind);
            Match colour = Regex.Match(ViewAssets.Style, $@"\.k-{name}\b[^{{}}]*\{{ --kind: #(?<rgb>[0-9a-f]{{6}});");
            colour.Success.ShouldBeTrue($"view.css has no colour for {name}");
            ContrastToWhite(colour.Groups["rgb"].Value).ShouldBeGreaterThan(4.5, $"the number of a {name}");     // WCAG AA
            ViewAssets.Style.ShouldContain($":has(input[value=\"{name}\"]:not(:checked)) :is(.box, .block).k-{name}");
        }
    }

    private static double ContrastToWhite(string rgb)
    {
        double[] linear = [.. Convert.FromHexString(rgb).Select(c => c / 255.0)
            .Select(c => c <= 0.03928 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4))];
        return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05);
    }

    [GeneratedRegex("""id="(?<id>p\d+-b\d+)" data-block="\k<id>"><a class="number" href="#box-\k<id>"[^>]*>(?<number>\d+)</a>""")]
    private static partial Regex TextNumber();

    [GeneratedRegex("""<text x="[\d.]+" y="[\d.]+">(?<number>\d+)</text></a>""")]
    private static partial Regex BoxNumber();

    [GeneratedRegex("""<rect x="([-\d.]+)%" y="([-\d.]+)%" width="([-\d.]+)%" height="([-\d.]+)%"/>""")]
    private static partial Regex Rectangle();
}
