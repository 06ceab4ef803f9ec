using Pipeline.Jobs.Dataset.Chunks;
using Pipeline.Jobs.Dataset.Languages;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Tests.Jobs.Extract;

namespace Pipeline.Tests.Jobs.Dataset.Chunks;

public sealed class ChunkBuilderTests(ExtractionFixture fixture) : IClassFixture<ExtractionFixture>
{
    private static readonly LanguageDetector Detector = new();

    internal const string Prose = "The pump is started after the valve has been opened and the pressure has been checked by the operator.";

    private static ChunkedDocuments Build(params ExtractedDocument[] documents) => Build(new ChunkOptions(), documents);

    internal static ChunkedDocuments Build(ChunkOptions options, params ExtractedDocument[] documents)
    {
        ChunkedDocuments chunked = ChunkBuilder.Build(documents, options, text => (text.Length + 3) / 4, Detector);
        (chunked.CharactersKept + chunked.ByReason.Values.Sum()).ShouldBe(chunked.Characters);
        chunked.LeftOut.Values.SelectMany(l => l).Sum(l => l.Characters).ShouldBe((int)chunked.ByReason.Values.Sum());
        foreach (ChunkBlock block in chunked.Chunks.SelectMany(c => c.Blocks).Where(b => b.Source.End > 0))
        {
            ExtractedDocument document = documents.First(d => d.Sha256 == block.Source.DocumentSha256);
            DocumentBlock source = document.Blocks.First(b => b.Id == block.Source.Block);
            if (block.Kind != BlockKind.Formula) block.Text.ShouldBe(source.Text[block.Source.Start..block.Source.End]);
        }
        return chunked;
    }

    /// <summary>Many different sentences.</summary>
    internal static string Sentences(int from, int count) => string.Join(' ', Enumerable.Range(from, count)
        .Select(i => $"Valve {i} opens at a pressure of {i + 3} bar and lets the water flow into the tank behind the wall."));

    [Fact]
    public void Samples_become_chunks_in_which_every_character_is_accounted_for_in_any_order()
    {
        ExtractedDocument[] documents = [.. fixture.Samples.Select(s => s.Document)];
        ChunkedDocuments chunked = Build(documents);
        long expected = documents.Sum(d => d.Blocks.Sum(b => (long)b.Text.Length)
            + d.Tables.Sum(t => t.Rows.Sum(r => r.Sum(c => c.Length))));
        chunked.Characters.ShouldBe(expected);
        chunked.CharactersKept.ShouldBeGreaterThan(expected * 6 / 10);
        chunked.Chunks.Select(c => c.DocumentSha256).Distinct().Count().ShouldBe(documents.Length);
        chunked.Chunks.ShouldAllBe(c => c.Language == "en");
        chunked.Chunks.Select(c => c.Id).ShouldBeUnique();
        chunked.Chunks.ShouldAllBe(c => c.Tokens <= 800 && c.Title.Length > 0);

        ChunkedDocuments again = Build([.. documents.Reverse(), documents[0]]);
        RowJson.Write(again.Chunks).ShouldBe(RowJson.Write(chunked.Chunks));
        RowJson.Write(again.LeftOut.OrderBy(l => l.Key, StringComparer.Ordinal)).ShouldBe(
            RowJson.Write(chunked.LeftOut.OrderBy(l => l.Key, StringComparer.Ordinal)));
    }

    private const string Spanish =
        "La bomba se pone en marcha después de abrir la válvula y de comprobar la presión del agua en el tanque.";

    private static string Many(string sentence) => string.Join(' ', Enumerable.Range(0, 30).Select(i => $"{sentence} Número {i}."));

    [Fact]
    public void A_chunk_that_quotes_another_language_is_of_the_language_of_its_document()
    {
        Chunk quoting = Build(new MadeDocument().Heading("Guía de bombas").Text(Many(Spanish)).Heading("El archivo de control", 2)
            .Text(Spanish, $"{Prose} {Prose.Replace("pump", "engine")}", "Size: 38122").Done()).Chunks[^1];

        quoting.Text.ShouldContain("engine");
        quoting.Language.ShouldBe("es");
    }

    [Fact]
    public void A_chunk_in_another_language_keeps_it() =>
        Build(new MadeDocument().Heading("Guía de bombas").Text(Many(Spanish)).Heading("Appendix", 2)
            .Text(Sentences(0, 20)).Done()).Chunks[^1].Language.ShouldBe("en");

    [Fact]
    public void A_table_of_names_and_numbers_is_of_the_language_of_its_document() =>
        Build(new MadeDocument().Heading("Guía de bombas").Text(Many(Spanish)).Heading("B 12", 2)
            .Table(1, ["RX", "kW"], ["RX-12-300-A", "12.5"], ["RX-14-300-B", "13.5"], ["RX-15-300-C", "14.5"], ["RX-16-300-C", "15.5"])
            .Done()).Chunks[^1].Language.ShouldBe("es");

    [Fact]
    public void The_first_section_of_a_part_is_no_title() =>
        Build(new MadeDocument("diesel_engines.pdf", "1 General").Page(1).Heading("Application").Text(Sentences(0, 10)).Done())
            .Chunks[0].Title.ShouldBe("diesel engines");

    [Fact]
    public void A_chunk_names_its_title_its_headings_without_numbers_and_its_place()
    {
        Chunk chunk = Build(new MadeDocument().Heading("Handbook of Pumps").Heading("2 Operation", 2).Heading("2.1 Start-up", 3)
            .Text(Sentences(0, 10)).Heading("3.1 Shutdown", 3).Text(Sentences(20, 20)).Done("abc")).Chunks[0];
        chunk.Title.ShouldBe("Handbook of Pumps");
        chunk.Headings.ShouldBe(["Operation", "Start-up"]);
        chunk.Section.ShouldBe("p10-b2");
        chunk.Blocks[0].Source.ShouldBe(new SourceSpan("abc", "manual.pdf", 10, "p10-b3", 0, Sentences(0, 10).Length));
        chunk.Id.ShouldBe(RowHash.Of("chunk", "abc", "p10-b3", chunk.Text));
        chunk.Tokens.ShouldBe((chunk.Text.Length + 3) / 4);
    }

    [Theory]
    [InlineData("3 Pumps and Valves", "Pumps and Valves", "3.1 What is a pump?", "3.2 What is a valve?")]
    [InlineData("7 Habits of Good Operators", "7 Habits of Good Operators", "Rise early", "Read the gauges")]
    public void A_document_without_a_title_is_named_by_its_first_heading_without_the_number_that_counts_chapters(string heading,
        string expected, string second, string third)
    {
        Chunk chunk = Build(new MadeDocument(title: null).Page(1).Heading(heading).Text(Sentences(0, 10)).Heading(second, 2)
            .Text(Sentences(20, 20)).Heading(third, 2).Text(Sentences(40, 20)).Done("abc")).Chunks[0];
        chunk.Title.ShouldBe(expected);
    }

    [Fact]
    public void A_document_is_not_named_by_a_counted_introduction() =>
        Build(new MadeDocument("pumps_and_valves.pdf", title: null).Page(1).Heading("1 Introduction").Text(Sentences(0, 10)).Done("abc"))
            .Chunks[0].Title.ShouldBe("pumps and valves");

    [Fact]
    public void Short_sections_under_one_heading_become_one_chunk_with_their_headings_in_its_text()
    {
        IReadOnlyList<Chunk> chunks = Build(new MadeDocument().Heading("Handbook of Pumps").Heading("1 Parts", 2).Heading("1.1 Valve", 3)
            .Text(Prose).Heading("1.2 Seal", 3).Text("The seal is made of rubber and is replaced every year by the service of the plant.")
            .Heading("2 Tools", 2).Text("A wrench of size ten is needed to open the cover of the pump on both sides.").Done()).Chunks;
        chunks.Count.ShouldBe(2);
        chunks[0].Headings.ShouldBe(["Parts"]);
        chunks[0].Section.ShouldBe("p10-b2");
        chunks[0].Text.ShouldBe(
            $"Valve\n\n{Prose}\n\nSeal\n\nThe seal is made of rubber and is replaced every year by the service of the plant.");
        chunks[1].Headings.ShouldBe(["Tools"]);
    }

    [Fact]
    public void A_section_that_is_long_enough_stays_alone()
    {
        IReadOnlyList<Chunk> chunks = Build(new MadeDocument().Heading("Parts").Heading("Valve", 2).Text(Sentences(0, 20))
            .Heading("Seal", 2).Text(Sentences(30, 20)).Done()).Chunks;
        chunks.Select(c => c.Headings[^1]).ShouldBe(["Valve", "Seal"]);
    }

    [Fact]
    public void Long_sections_are_divided_between_blocks_in_parts_of_about_one_length()
    {
        IReadOnlyList<Chunk> chunks = Build(new MadeDocument().Heading("Parts")
            .Text([.. Enumerable.Range(0, 25).Select(i => Sentences(10 * i, 3))]).Done()).Chunks;
        chunks.Count.ShouldBe(3);
        chunks.ShouldAllBe(c => c.Tokens > 400 && c.Tokens <= 800 && c.Headings.Count == 1 && c.Section == "p10-b0");
        chunks.SelectMany(c => c.Blocks).Count().ShouldBe(25);
    }

    [Fact]
    public void Long_blocks_are_divided_between_sentences_and_nothing_of_them_is_lost()
    {
        string text = Sentences(0, 150);
        ChunkedDocuments chunked = Build(new MadeDocument().Heading("Parts").Text(text).Done());
        chunked.CharactersKept.ShouldBe(chunked.Characters);
        chunked.Chunks.ShouldAllBe(c => c.Text.StartsWith("Valve", StringComparison.Ordinal)
            && c.Text.EndsWith("wall.", StringComparison.Ordinal));
        string.Join(' ', chunked.Chunks.Select(c => c.Text)).ShouldBe(text);
    }

    [Theory]
    [InlineData("mississippi ")]
    [InlineData("abcdefghijklmnop")]
    [InlineData("😀x")]
    [InlineData("汉字")]
    public void Blocks_without_sentences_are_divided_between_words_and_last_between_characters(string unit)
    {
        string text = string.Concat(Enumerable.Range(0, 4000).Select(i => $"{unit}{i}"));
        ChunkedDocuments chunked = Build(new MadeDocument().Heading("Parts").Text(Prose, text).Done());
        chunked.Chunks.ShouldAllBe(c => c.Tokens <= 800);
        string.Concat(chunked.Chunks.SelectMany(c => c.Blocks).Skip(1).Select(b => b.Text)).Replace(" ", "")
            .ShouldBe(text.Replace(" ", ""));
        chunked.Chunks.SelectMany(c => c.Blocks).ShouldAllBe(b => !char.IsLowSurrogate(b.Text[0]));
    }

    [Fact]
    public void Styles_of_a_divided_block_are_counted_from_the_start_of_each_part()
    {
        string text = Sentences(0, 150);
        TextSpan[] spans = [.. Enumerable.Range(0, 150).Select(i => $"Valve {i} ").Select(w =>
            new TextSpan(text.IndexOf(w, StringComparison.Ordinal), w.Length - 1, TextStyle.Bold))];
        IReadOnlyList<Chunk> chunks = Build(new MadeDocument().Heading("Parts")
            .Add(BlockKind.Paragraph, text, b => b with { Spans = spans }).Done()).Chunks;
        string[] bold = [.. chunks.SelectMany(c => c.Blocks).SelectMany(b => b.Spans.Select(s => b.Text.Substring(s.Start, s.Length)))];
        bold.ShouldBe(Enumerable.Range(0, 150).Select(i => $"Valve {i}"));
    }

    [Fact]
    public void Tables_are_held_as_pipes_with_their_cells_and_long_ones_in_rows_under_the_same_heads()
    {
        string[][] rows = [["Part", "Mass"], .. Enumerable.Range(0, 300).Select(i => new[] { $"Valve {i} of the line", $"{i} kg | net" })];
        ChunkedDocuments chunked = Build(new MadeDocument().Heading("Masses").Table(1, rows).Done());
        chunked.CharactersKept.ShouldBe(chunked.Characters);
        chunked.Chunks.Count.ShouldBeGreaterThan(2);
        foreach (ChunkBlock block in chunked.Chunks.SelectMany(c => c.Blocks))
        {
            block.Text.ShouldStartWith("| Part | Mass |\n| --- | --- |\n| Valve ");
            block.Table!.HeaderOf(1).ShouldBe("Mass");
            (block.Source.Start, block.Source.End).ShouldBe((0, 0));
        }
        chunked.Chunks.SelectMany(c => c.Blocks[0].Table!.Rows.Skip(1)).Select(r => r[0]).ShouldBe(rows.Skip(1).Select(r => r[0]));
        chunked.Chunks[0].Text.ShouldContain(@"0 kg \| net");
    }

    [Fact]
    public void A_figure_says_its_caption_and_description_once_and_its_lettering_is_left_out()
    {
        ChunkedDocuments chunked = Build(new MadeDocument().Heading("Curves").Text(Prose)
            .Figure("Figure 1: Pressure over time", "bar | s", "A falling curve.").Done());
        chunked.Chunks[0].Text.ShouldBe($"{Prose}\n\nFigure 1: Pressure over time\nA falling curve.");
        chunked.Chunks[0].Blocks[1].Figure!.Id.ShouldBe("figure-1");
        chunked.ByReason.ShouldBe(new Dictionary<string, long> { [Reasons.NoProse] = "bar | s".Length });
    }

    [Fact]
    public void What_announces_a_block_is_not_torn_from_it()
    {
        string code = string.Join('\n', Enumerable.Range(0, 60).Select(i => $"set_pressure({i}, {i + 1});"));
        IReadOnlyList<Chunk> chunks = Build(new MadeDocument().Heading("Setting")
            .Text(Sentences(0, 25), "The pressures are set in this way:")
            .Add(BlockKind.Code, code).Text(Sentences(30, 10)).Done()).Chunks;
        Chunk holder = chunks.Single(c => c.Text.Contains("in this way:", StringComparison.Ordinal));
        holder.Text.ShouldContain($"in this way:\n\n{code}");
    }

    [Fact]
    public void Revisions_and_copies_of_one_document_keep_their_text_and_a_notice_of_several_documents_is_left_out()
    {
        const string Notice = "Our experts are happy to advise you at any of our branches all over the country, also on Sundays.";
        ExtractedDocument Manual(string name, int last) =>
            new MadeDocument(name).Heading("Parts").Text(Sentences(0, 4), Sentences(5, 4), Sentences(last, 4), Notice).Done();
        string[] Held(params ExtractedDocument[] documents) =>
            [.. Build(documents).Chunks.Where(c => c.Text.Contains("experts", StringComparison.Ordinal)).Select(c => c.Document)];

        ChunkedDocuments three = Build(Manual("a", 0), OfLetters("b"), OfLetters("c"), OfLetters("d"));
        three.ByReason.Keys.ShouldBe([Reasons.Boilerplate]);
        three.ByReason[Reasons.Boilerplate].ShouldBe(4 * Notice.Length);
        Held(Manual("a", 0), Manual("b", 100), Manual("c", 200)).Length.ShouldBe(3);

        ExtractedDocument OfLetters(string name) => new MadeDocument(name).Heading("Parts").Text(
            $"The {name}{name}{name} of the station is opened by hand when the water is cold and the lamp is green.",
            $"Only a {name}x{name} may be used to clean the inner side of the basin before winter comes.", Notice).Done();
    }

    [Fact]
    public void Code_and_words_that_translations_of_one_document_share_stay()
    {
        ExtractedDocument Translation(string name, string start, string stop)
        {
            MadeDocument document = new(name);
            document.Heading(name);
            for (int i = 0; i < 6; i++)
                document.Text($"{start} {i} {stop}").Add(BlockKind.Code, $"install --all-parts --of-the-line {i} --and-start-them --now");
            return document.Text("This paragraph has not been translated yet, as happens in manuals of free software.").Done();
        }
        Build(Translation("de", "Mit diesem Befehl wird die Anlage", "eingerichtet und danach gestartet:"),
            Translation("fr", "Avec cette commande la station", "est installée et ensuite mise en marche :"),
            Translation("es", "Con esta orden la estación", "se instala y después se pone en marcha:"),
            Translation("it", "Con questo comando la stazione", "viene installata e poi avviata:")).ByReason.ShouldBeEmpty();
    }

    [Fact]
    public void An_empty_document_gives_no_chunk_and_an_entry()
    {
        ChunkedDocuments chunked = Build(new MadeDocument().Done("abc"));
        chunked.Chunks.ShouldBeEmpty();
        chunked.LeftOut["abc"].ShouldBeEmpty();
        chunked.Characters.ShouldBe(0);
    }

    [Fact]
    public void Cancellation_stops_it() => Should.Throw<OperationCanceledException>(() => ChunkBuilder.Build(
        [new MadeDocument().Text(Prose).Done()], new ChunkOptions(), t => t.Length, Detector, new CancellationToken(true)));
}
