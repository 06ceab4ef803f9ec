using Pipeline.Jobs.Dataset.Facts;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;
using static Pipeline.Tests.Jobs.Dataset.Facts.Chunks;

namespace Pipeline.Tests.Jobs.Dataset.Facts;

public sealed class TableFactsTests
{
    private static readonly string[] Seasons = ["Season|Day temperature|Air flow [l/s]|Remark", "Winter|18.5 °C|12|Close the flap",
        "Summer|22.0 °C|30|-", "Autumn|19.5 °C|12|Clean the Filter"];

    [Fact]
    public void Each_cell_of_a_table_with_certain_heads_is_a_fact_with_its_unit_and_its_peers()
    {
        IReadOnlyList<Fact> facts = Found(Of(Table(1, "Table 2: Set points by season.", Seasons)));

        facts.Select(fact => $"{fact.SubjectHead} {fact.Subject}, {fact.Attribute}: {fact.Value}").ShouldBe(
        [
            "Season Winter, Day temperature: 18.5 °C", "Season Winter, Air flow [l/s]: 12 l/s", "Season Winter, Remark: Close the flap",
            "Season Summer, Day temperature: 22.0 °C", "Season Summer, Air flow [l/s]: 30 l/s",
            "Season Autumn, Day temperature: 19.5 °C", "Season Autumn, Air flow [l/s]: 12 l/s", "Season Autumn, Remark: Clean the Filter",
        ]);
        facts[0].Scope.ShouldBe("Pump Manual – Set points by season");
        facts[0].Peers.ShouldBe([new FactPeer("Summer", "22.0 °C"), new FactPeer("Autumn", "19.5 °C")]);
        facts[0].Section.ShouldBe($"{new string('a', 64)}/p2-b1");
        facts[0].Evidence.ShouldContain("Winter | 18.5 °C");
    }

    [Fact]
    public void A_fact_is_known_by_what_it_asks_and_not_by_its_value_or_file()
    {
        Fact one = Found(Of(Table(1, "Table 2: Set points by season.", Seasons)))[0];
        Chunk revised = Of(Table(1, "Table 7: Set points by season.", [.. Seasons.Select(row => row.Replace("18.5", "19.0",
            StringComparison.Ordinal))]));

        Fact two = Found(revised with { Document = "pump-2.pdf", DocumentSha256 = new string('b', 64) })[0];

        two.Id.ShouldBe(one.Id);
        two.Value.ShouldBe("19.0 °C");
    }

    [Theory]
    [InlineData("http: //www.example.org/gpsim.html")]
    [InlineData("sdas/asmlnk.txt online at: http://svn.example.org/code/trunk/ sdas/asmlnk.txt")]
    [InlineData("(none)")]
    public void A_cell_without_a_value_or_with_a_cut_address_is_no_fact(string cell) =>
        Found(Of(Table(1, "Table 2: Tools.", "Name|Where to get", "ddd|http://www.example.org/ddd/ (Unix)", $"gpsim|{cell}",
            "cmake|Part of the system"))).Select(fact => fact.Subject).ShouldBe(["ddd", "cmake"]);

    [Theory]
    [InlineData("no certain heads", 0, "Season|Day", "Winter|18 °C", "Summer|22 °C")]
    [InlineData("a name twice", 1, "Window|Loss", "0–100 %|19 %", "0–100 %|17 %", "10–90 %|12 %")]
    [InlineData("a row that goes on in the next", 1, "Function|Returns", "asinh(x)|the inverse", "|of sinh", "cosh(x)|a number")]
    [InlineData("heads that are a program", 1, "$ make opt|x", "Note that|&&", "$ make test|release")]
    [InlineData("heads that are running text", 1, "ends here. The next begins|column", "word|other", "another|word")]
    [InlineData("heads of which one is missing", 1, "Filename||", "Column|Type|Remark", "Id|integer|Key")]
    [InlineData("heads without a letter", 1, "283 284|text", "285|more", "286|lines")]
    [InlineData("a first row that ran into the heads", 1, "Name one.example|Address 10.0.0.1", "two.example|10.0.0.2", "three.example|"
        + "10.0.0.3")]
    [InlineData("two lists side by side", 1, "Primitive Types|Constructed Types", "BOOLEAN|SEQUENCE", "REAL|CHOICE")]
    [InlineData("contents", 1, "Chapter|Contents", "Points|77", "Lines|79")]
    [InlineData("crosses only", 1, "Option|sloppy", "nolists|X", "notilde|X")]
    [InlineData("numbers and words in one column", 1, "Mode|Length", "ccm|any", "gcm|16", "cbc|12", "ecb|even")]
    [InlineData("hyphens of line ends", 1, "Action|Function", "Complete|decode_- Megaco", "Exclusive|decode_- Gateway")]
    [InlineData("notes below", 1, "Method|file", "netboot|sim¹", "cdrom|yes*")]
    [InlineData("names that are cut off", 1, "Package|File name", "source|name-version.diff.", "binary|name-version.tar.")]
    [InlineData("a letter lost in a head", 1, "pacchetto|d scrizione", "at|esegue i comandi", "cron|ripete i comandi")]
    [InlineData("one row", 1, "Season|Day", "Winter|18 °C")]
    public void Other_tables_give_no_facts(string why, int heads, params string[] rows) =>
        Found(Of(Table(heads, "Table 1: Settings", rows))).ShouldBeEmpty(why);

    [Fact]
    public void A_cell_over_two_rows_makes_a_table_uncertain()
    {
        ChunkBlock table = Table(1, null, Seasons);

        Found(Of(table with { Table = table.Table! with { Spans = [new CellSpan(1, 1, 2, 1)] } })).ShouldBeEmpty();
    }

    [Fact]
    public void Two_tables_that_a_question_cannot_tell_apart_give_no_facts() =>
        Found(Of(Table(1, null, "Value|Meaning", "B|Backup", "V|Verify"), Paragraph("And the states."), Table(1, null, "Value|Meaning",
            "C|Created", "R|Running")))
            .ShouldBeEmpty();

    [Fact]
    public void The_sentence_before_a_table_tells_it_apart() =>
        Found(Of(Paragraph("The type of a job is one of these letters."), Paragraph("A status of a job may be:"), Table(1, null, "Value|"
            + "Meaning", "C|Created", "R|Running")))
            .ShouldAllBe(fact => fact.Scope == "Pump Manual – A status of a job may be");

    [Fact]
    public void An_example_states_nothing() =>
        Found(Of(Paragraph("Consider this example of a bill:"), Table(1, null, "Product|Price", "Nails|4 €", "Screws|"
            + "5 €"))).ShouldBeEmpty();

    [Fact]
    public void A_short_heading_is_not_enough_to_know_what_a_table_is_about() =>
        Found(Of(Table(1, null, Seasons)) with { Headings = ["Greenhouse control unit", "Options"] })
            .ShouldAllBe(fact => fact.Scope == "Pump Manual – Greenhouse control unit – Options");

    [Fact]
    public void In_a_chunk_of_several_sections_a_table_stands_under_its_own_heading()
    {
        ChunkBlock printer = Heading(3, "Messages of the printer unit"), scanner = Heading(3, "Messages of the scanner unit");
        string[] one = ["Code|Meaning", "E1|Paper out", "E2|Cover open"], two = ["Code|Meaning", "E1|Lamp cold", "E2|Glass dirty"];

        Found(Of(printer, Table(1, null, one), scanner, Table(1, null, two))).Select(fact => $"{fact.Scope}: {fact.Subject} {fact.Value}")
            .ShouldBe(
            [
                "Pump Manual – Messages of the printer unit: E1 Paper out", "Pump Manual – Messages of the printer unit: E2 Cover open",
                "Pump Manual – Messages of the scanner unit: E1 Lamp cold", "Pump Manual – Messages of the scanner unit: E2 Glass dirty",
            ]);
    }

    [Fact]
    public void A_head_that_is_printed_again_is_no_row() =>
        Found(Of(Table(1, "Table 1: Seasons", "Season|Day", "Winter|18 °C", "Season|Day", "Summer|22 °C"))).Count.ShouldBe(2);

    private static IReadOnlyList<Fact> Found(Chunk chunk) => [.. FactFinder.Find(chunk).Where(fact => fact.Kind == "table")];
}
