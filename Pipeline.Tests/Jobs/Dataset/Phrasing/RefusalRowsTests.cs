using Pipeline.Jobs.Dataset.Phrasing;
using Pipeline.Jobs.Dataset.Rows;
using ChunkOf = Pipeline.Tests.Jobs.Dataset.Facts.Chunks;

namespace Pipeline.Tests.Jobs.Dataset.Phrasing;

public sealed class RefusalRowsTests
{
    private static readonly Fact[] Facts = [.. Enumerable.Range(1, 60).Select(i => new Fact
    {
        Id = RowHash.OfFact("Pump Manual", $"E{i:00}", "Remedy"),
        Kind = "table",
        Scope = "Pump Manual – Messages",
        Subject = i % 2 == 0 ? $"E{i:00}" : $"Valve {(char)('A' + (i % 26))}{i}",
        SubjectHead = "Message",
        Attribute = "Remedy",
        Value = $"Call number {i}",
        Language = i % 3 == 0 ? "de" : "en",
        Sources = [new SourceSpan("sha", "pump.pdf", 1, "p1-b1", 0, 0)],
        Section = "sha/p1-b0",
        Chunk = "chunk",
        Evidence = "",
    })];

    [Fact]
    public void Questions_about_names_that_stand_nowhere_are_refused_in_their_language()
    {
        Phrasebook book = Phrasebook.Load();
        IReadOnlyList<Row> rows = new RefusalRows(book).Write(Facts, Occurs, 0.05, seed: 7);

        int others = Facts.Sum(fact => book.Write(fact).Count);
        ((double)rows.Count / (rows.Count + others)).ShouldBe(0.05, 0.002);
        rows.ShouldAllBe(row => row.Type == RowType.Refusal && row.Expected == null && row.Fact.Length > 0);
        rows.Where(row => row.Language == "de").ShouldAllBe(row => row.Answer.Contains("Dokumente"));
        rows.Where(row => row.Language == "en").ShouldAllBe(row => row.Answer.Contains("documents"));
        rows.Select(row => row.Answer).Distinct().Count().ShouldBeGreaterThan(4);
        rows.ShouldAllBe(row => !Facts.Any(fact => row.Question.Contains($"\"{fact.Subject}\"")));
        rows.Select(row => row.Fact).ShouldAllBe(id => !Facts.Select(fact => fact.Id).Contains(id));
    }

    [Fact]
    public void Rows_do_not_depend_on_the_order_of_facts_and_change_with_the_seed()
    {
        RefusalRows refusals = new(Phrasebook.Load());
        string[] rows = [.. refusals.Write(Facts, Occurs, 0.05, seed: 7).Select(RowJson.Write)];

        refusals.Write([.. Facts.Reverse()], Occurs, 0.05, seed: 7).Select(RowJson.Write).ShouldBe(rows);
        refusals.Write(Facts, Occurs, 0.05, seed: 8).Select(RowJson.Write).ShouldNotBe(rows);
    }

    [Fact]
    public void Nothing_is_asked_where_every_name_occurs_or_none_is_wanted()
    {
        RefusalRows refusals = new(Phrasebook.Load());

        refusals.Write(Facts, _ => true, 0.05, seed: 7).ShouldBeEmpty();
        refusals.Write(Facts, Occurs, 0, seed: 7).ShouldBeEmpty();
    }

    [Fact]
    public void The_text_of_a_chunk_stands_under_its_title_and_headings()
    {
        Chunk chunk = ChunkOf.Of(ChunkOf.Paragraph("Der Ärger."), ChunkOf.Item("eins"), ChunkOf.Item("zwei"));
        Row row = TextRows.Write(chunk with { Headings = ["Bedienung", "Start"], Language = "de" }).ShouldHaveSingleItem();

        (row.Type, row.Language, row.Text).ShouldBe((RowType.Text, "de", "Pump Manual\nBedienung – Start\n\nDer Ärger.\n\n- eins\n- zwei"));
        row.Sources.Count.ShouldBe(3);
        row.Hash.ShouldBe(RowHash.OfContent(row));
        TextRows.Write(ChunkOf.Of(ChunkOf.Paragraph("…"))).ShouldBeEmpty();
    }

    [Fact]
    public void Tables_and_listings_are_no_running_text()
    {
        ChunkBlock prose = ChunkOf.Paragraph("The pump starts when the pressure falls below the set point of its season.");
        ChunkBlock table = ChunkOf.Table(1, null, "Season|Day", "Winter|18 °C", "Spring and early summer at sea|22 °C",
            "Autumn in the mountains|19 °C", "All others together|20 °C");
        ChunkBlock listing = ChunkOf.Paragraph("00266 pz-=v.pz; 00267 E -=v.E; 00269 ref-=v.ref; 00270 return *this; 00271 }");

        TextRows.Write(ChunkOf.Of(prose)).ShouldHaveSingleItem();
        TextRows.Write(ChunkOf.Of(prose, prose, table)).ShouldHaveSingleItem();
        TextRows.Write(ChunkOf.Of(table)).ShouldBeEmpty();
        TextRows.Write(ChunkOf.Of(listing)).ShouldBeEmpty();
        TextRows.Write(ChunkOf.Of(ChunkOf.Paragraph("Fri, Feb 24, 2017 Livestock and Grain Market News"), ChunkOf.Paragraph(
            "Last Week Year Ago Internet Report Link"))).ShouldBeEmpty();
    }

    private static bool Occurs(string name) => Facts.Any(fact => fact.Subject.Contains(name, StringComparison.OrdinalIgnoreCase));
}
