using Pipeline.Jobs.Dataset.Chunks;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tests.Jobs.Dataset.Chunks;

public sealed class LeftOutTests
{
    private const string Prose = ChunkBuilderTests.Prose;

    private static ChunkedDocuments Build(MadeDocument document) => ChunkBuilderTests.Build(new ChunkOptions(), document.Done());

    /// <summary>Exactly these blocks, each under the reason, and the prose is kept.</summary>
    private static void ShouldLeaveOut(MadeDocument document, string reason, params string[] texts)
    {
        ExtractedDocument done = document.Heading("Operation").Text(Prose).Done();
        ChunkedDocuments chunked = ChunkBuilderTests.Build(new ChunkOptions(), done);
        chunked.LeftOut[done.Sha256].Select(l => (l.Reason, done.Blocks.First(b => b.Id == l.Block).Text))
            .ShouldBe(texts.Select(t => (reason, t)), ignoreOrder: true);
        chunked.Chunks.Single().Text.ShouldContain(Prose);
    }

    [Theory]
    [InlineData("Contents")]
    [InlineData("List of Figures")]
    [InlineData("Inhaltsverzeichnis")]
    [InlineData("Tabellenverzeichnis")]
    [InlineData("Índice general")]
    [InlineData("Índice de cuadros")]
    [InlineData("Table des matières")]
    [InlineData("Sommaire")]
    [InlineData("Sumário")]
    [InlineData("Lista de tabelas")]
    [InlineData("Indice")]
    [InlineData("Elenco delle figure")]
    [InlineData("目次")]
    public void Contents_go_by_the_heading_above_them(string heading) => ShouldLeaveOut(new MadeDocument().Page(3).Heading(heading)
            .Text("1 Operation 7", "1.1 Starting the pump . . . . . . . . . . . . . . . 8", "and stopping it again", "2 Repair 12"),
        Reasons.Contents, heading, "1 Operation 7", "1.1 Starting the pump . . . . . . . . . . . . . . . 8",
        "and stopping it again", "2 Repair 12");

    [Theory]
    [InlineData("Questo documento può essere liberamente ridistribuito o modificato secondo i termini che seguono.")]
    [InlineData("Este manual puede redistribuirse libremente si se mantiene su texto.")]
    [InlineData("Dieses Handbuch darf frei weitergegeben werden, solange es vollständig bleibt.")]
    public void What_says_how_the_document_may_be_passed_on_is_a_licence(string text) =>
        ShouldLeaveOut(new MadeDocument().Heading("Welcome").Text(Prose.Replace("pump", "motor"), text), Reasons.Licence, text);

    [Fact]
    public void Sentences_with_letters_that_were_lost_go() =>
        Build(new MadeDocument().Heading("Welcome").Text($"{Prose} The speci c valve of the pump is a LAT X template.")).Chunks.Single()
            .Text.ShouldNotContain("speci c");

    [Fact]
    public void Contents_go_by_their_shape_where_no_heading_names_them()
    {
        string[] entries = [.. Enumerable.Range(1, 5).Select(i => $"{i}. Part number {i} of the pump .......... {4 * i}")];
        ShouldLeaveOut(new MadeDocument().Heading("Welcome").Text(Prose.Replace("pump", "motor")).Text(entries), Reasons.Contents, entries);
    }

    [Fact]
    public void Contents_that_were_read_as_one_paragraph_go()
    {
        string entries = string.Join(' ', Enumerable.Range(1, 20).Select(i =>
            $"9.1.{i} {2000 + i} {string.Concat(Enumerable.Repeat(". ", 40))}{i}"));
        ShouldLeaveOut(new MadeDocument().Page(2).Heading("Indice").Text("1 Introduzione . . . . . . . . 3", entries), Reasons.Contents,
            "Indice", "1 Introduzione . . . . . . . . 3", entries);
    }

    [Fact]
    public void A_table_of_leaders_is_contents_and_a_table_of_values_is_not()
    {
        string[][] contents = [.. Enumerable.Range(1, 6).Select(i => new[] { $"{i} Part . . . . . . . .", $"{9 * i}" })];
        string[][] values = [["Part", "Pieces"], .. Enumerable.Range(1, 6).Select(i => new[] { $"Valve of line {i}", $"{9 * i}" })];
        ChunkedDocuments chunked = Build(new MadeDocument().Heading("Parts").Text(Prose).Table(0, contents).Table(1, values));
        chunked.ByReason.Keys.ShouldBe([Reasons.Contents]);
        chunked.Chunks.Single().Blocks.Single(b => b.Table is not null).Text.ShouldContain("Pieces");
    }

    [Fact]
    public void Lines_that_end_with_numbers_are_no_contents_where_the_numbers_do_not_go_up()
    {
        ChunkedDocuments chunked = Build(new MadeDocument().Heading("Masses").Text(Prose).Items("Valve of the first line 90",
            "Valve of the second line 12", "Seal of the cover 70", "Screw of the cover 3", "Hose of the tank 44", "Wheel of the tank 9"));
        chunked.ByReason.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Index")]
    [InlineData("B.9 Concept Index")]
    [InlineData("Stichwortverzeichnis")]
    [InlineData("Índice alfabético")]
    [InlineData("Índice remissivo")]
    [InlineData("Indice analitico")]
    public void An_index_at_the_end_goes_with_its_letters(string heading)
    {
        MadeDocument document = new MadeDocument().Heading("Operation").Text(Prose, ChunkBuilderTests.Sentences(0, 3)).Page(18)
            .Heading(heading).Heading("P", 2).Text("pump, 12", "pressure, 3, 14–16").Heading("V", 2).Text("valve, 7 velocity, 9, 10")
            .Text("water");
        ChunkedDocuments chunked = Build(document);
        chunked.ByReason.Keys.ShouldBe([Reasons.Index]);
        chunked.ByReason[Reasons.Index].ShouldBe(heading.Length + 1 + 8 + 18 + 1 + 24 + 5);
    }

    [Fact]
    public void A_section_that_explains_indexes_stays()
    {
        ChunkedDocuments chunked = Build(new MadeDocument().Heading("Tables").Text(Prose).Heading("Index")
            .Text("An index makes searching faster, because the database does not read the whole table for every query."));
        chunked.ByReason.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("References")]
    [InlineData("Literaturverzeichnis")]
    [InlineData("Bibliografía")]
    [InlineData("Références")]
    [InlineData("Referências Bibliográficas")]
    [InlineData("Riferimenti bibliografici")]
    public void A_list_of_works_goes(string heading) => ShouldLeaveOut(new MadeDocument().Heading(heading).Text(
        "[1] J. Miller, Pumps and Valves, 2nd edition, Springer, 1998.", "Becker, R. A. and Wilks, A. R. (1988) The New Pump. Wadsworth."),
        Reasons.References, heading, "[1] J. Miller, Pumps and Valves, 2nd edition, Springer, 1998.",
        "Becker, R. A. and Wilks, A. R. (1988) The New Pump. Wadsworth.");

    [Fact]
    public void References_that_are_explained_stay()
    {
        Build(new MadeDocument().Heading("References").Text("A reference names a variable that another function owns. It is never null.",
            "Two references to one variable are equal, and a change through one of them is seen through the other."))
            .ByReason.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Copyright © 1996-2021 Software in the Public Interest")]
    [InlineData("All rights reserved. No part of this publication may be reproduced in any form.")]
    [InlineData("Permission is granted to make and distribute verbatim copies of this document provided the notice is preserved.")]
    [InlineData("Alle Rechte vorbehalten, auch die der Übersetzung und des Nachdrucks dieses Buches.")]
    [InlineData("Tous droits réservés pour tous pays, y compris la traduction de cet ouvrage.")]
    [InlineData("Todos los derechos reservados. Prohibida la reproducción total o parcial de esta obra.")]
    [InlineData("Todos os direitos reservados. É proibida a reprodução desta obra sem autorização.")]
    [InlineData("Tutti i diritti sono riservati. È vietata la riproduzione di questo manuale.")]
    [InlineData("This work is licensed under a Creative Commons Attribution-ShareAlike 4.0 International License.")]
    [InlineData("This document is free software; you may redistribute it under the terms of the GNU General Public License.")]
    public void Notices_about_the_document_itself_go_wherever_they_stand(string notice) =>
        ShouldLeaveOut(new MadeDocument().Heading("Overview").Text(notice, Prose.Replace("pump", "motor")), Reasons.Licence, notice);

    [Theory]
    [InlineData("Übersetzung von Franz Müller und Erika Mustermann")]
    [InlineData("Traducción al español: Juana Pérez, Madrid")]
    [InlineData("Traduction française : Jean Dupont")]
    [InlineData("Traduzione a cura di Mario Rossi")]
    [InlineData("Translated by Jane Doe")]
    [InlineData("Ce manuel est un logiciel libre ; vous pouvez le distribuer selon les termes de la Licence publique générale GNU.")]
    public void Notes_of_translators_and_licences_go_from_the_first_pages(string note) =>
        ShouldLeaveOut(new MadeDocument().Page(2).Heading("Overview").Text(note, Prose.Replace("pump", "motor")), Reasons.Licence, note);

    [Theory]
    [InlineData("The GNU General Public License requires you to make the source code available whenever you distribute a binary copy.")]
    [InlineData("Every package must have a copyright file that names the licence, the authors and the place where it was obtained.")]
    [InlineData("Die Gewährleistung beträgt zwei Jahre und gilt nicht für Teile, die sich durch den Betrieb der Pumpe abnutzen.")]
    public void Text_that_explains_licences_stays(string text) =>
        Build(new MadeDocument().Heading("Packages").Text(Prose, text)).ByReason.ShouldBeEmpty();

    [Theory]
    [InlineData("The Pump Project was created in 1993, initially under the sponsorship of the Free Software Foundation and its friends.")]
    [InlineData("All packages that are part of it are free to redistribute, usually under the terms of the GNU General Public License.")]
    [InlineData("J. Chambers (1998), Programming with Pumps, New York: Springer, ISBN 0-387-98503-4, describes version 4 of the pump.")]
    public void Text_that_names_a_licence_or_a_book_stays_in_a_document_of_a_few_pages(string text) =>
        Build(new MadeDocument(pages: 3).Page(2).Heading("Overview").Text(text, Prose.Replace("pump", "motor")))
            .Chunks.ShouldHaveSingleItem().Text.ShouldContain(text);

    [Theory]
    [InlineData("Permission is granted to copy and distribute this manual under the terms of the GNU General Public License.")]
    [InlineData("This manual may be redistributed under the terms of the GNU Free Documentation License, version 1.3.")]
    [InlineData("Translated by Jane Doe")]
    public void Notices_go_from_a_document_of_a_few_pages_too(string notice) =>
        ShouldLeaveOut(new MadeDocument(pages: 3).Page(1).Heading("Overview").Text(notice, Prose.Replace("pump", "motor")),
            Reasons.Licence, notice);

    [Fact]
    public void The_text_of_a_licence_goes_with_all_its_parts()
    {
        string terms = string.Concat(Enumerable.Repeat("You may copy and distribute the Document in any medium. ", 20));
        MadeDocument document = new MadeDocument().Heading("Operation").Text(Prose).Heading("Appendix A GNU Free Documentation License")
            .Text("Permission is granted to copy this document under the terms of the GNU Free Documentation License.")
            .Heading("1. APPLICABILITY AND DEFINITIONS", 2).Text(terms).Heading("How to use this License for your documents").Text(terms);
        ChunkedDocuments chunked = Build(document);
        chunked.ByReason.Keys.ShouldBe([Reasons.Licence]);
        chunked.Chunks.Single().Text.ShouldBe(Prose);
    }

    [Theory]
    [InlineData("Die Pumpen k¨onnen nur dann laufen, wenn sie gef¨ullt sind.")]
    [InlineData("La versi´on de la gu´ıa est´a en la red y se puede leer.")]
    [InlineData("Pi` u tardi la pompa `e stata fermata per la prova.")]
    [InlineData("The \ufffd\ufffd of the \ufffd\ufffd is set by hand.")]
    [InlineData("The \ue001\ue045\ue046 of the pump is \ue001\ue045.")]
    [InlineData("The pump\0 is \u0001 set by \ud800 hand.")]
    [InlineData("Wkh sxps lv vwduwhg diwhu wkh ydoyh kdv ehhq rshqhg dqg wkh suhvvxuh kdv ehhq fkhfnhg eb wkh zrunhu")]
    [InlineData("Тhе рumр оf thе stаtiоn is stаrtеd аftеr thе vаlvе hаs bееn ореnеd bу thе ореrаtоr")]
    public void Broken_text_goes_and_the_heading_under_which_nothing_is_left(string text) =>
        ShouldLeaveOut(new MadeDocument().Heading("Broken").Text(text), Reasons.Unreadable, "Broken", text);

    [Fact]
    public void Of_a_paragraph_with_one_broken_word_only_its_sentence_goes()
    {
        string broken = "The seal of the M¨uller company is used there. ";
        string text = ChunkBuilderTests.Sentences(0, 2) + " " + broken + ChunkBuilderTests.Sentences(5, 2);
        ChunkedDocuments chunked = Build(new MadeDocument().Heading("Operation").Text(text));
        chunked.ByReason.ShouldBe(new Dictionary<string, long> { [Reasons.Unreadable] = broken.Length });
        chunked.Chunks.Single().Blocks.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("Type `apt-get' or ``dpkg'' at the prompt, or `a' for all of them, and see ~/.profile and C:\\~temp for more.")]
    [InlineData("Die Länge ist größer als 3 µm; naïve Œuvres, señor, façade, Žižek und Łódź sind lesbar, auch 10⁻³ und x².")]
    [InlineData("ΔT is the difference of α and β, and Ω is given in the table of the SI, HTML, XML, PDF, HTTP, TLS and SQL.")]
    public void Quotation_marks_accented_letters_and_symbols_are_not_broken(string text) =>
        Build(new MadeDocument().Heading("Operation").Text(text)).ByReason.ShouldBeEmpty();

    [Fact]
    public void Furniture_goes_and_so_do_heads_of_pages_that_were_taken_for_text()
    {
        MadeDocument document = new();
        for (int page = 5; page < 10; page++)
            document.Page(page).Add(BlockKind.Header, "Handbook").Text($"CHAPTER 2. OPERATION 2.{page}. VALVES")
                .Heading($"Valve of line {page}").Text(ChunkBuilderTests.Sentences(10 * page, 3), $"{page} Operation of valves and seals")
                .Add(BlockKind.PageNumber, $"{page}");
        ChunkedDocuments chunked = Build(document);
        chunked.ByReason.Keys.ShouldBe([Reasons.Furniture]);
        string text = string.Concat(chunked.Chunks.Select(c => c.Text));
        text.ShouldNotContain("CHAPTER");
        text.ShouldNotContain("Operation of valves");
        text.ShouldContain("Valve 52 opens");
    }

    [Fact]
    public void Code_and_formulas_are_held_beside_prose_and_left_out_alone()
    {
        ChunkedDocuments chunked = Build(new MadeDocument().Heading("Parts").Heading("Use", 2).Text(Prose)
            .Add(BlockKind.Code, "start(pump);").Heading("Annex").Add(BlockKind.Code, "stop(pump);"));
        chunked.Chunks.Single().Text.ShouldBe($"{Prose}\n\nstart(pump);");
        chunked.ByReason.ShouldBe(new Dictionary<string, long> { [Reasons.NoProse] = "stop(pump);Annex".Length });
    }

    [Fact]
    public void Too_little_to_teach_is_left_out() =>
        Build(new MadeDocument().Heading("Annex").Text("See below.")).ByReason.Keys.ShouldBe([Reasons.TooShort]);

    [Fact]
    public void A_note_that_a_document_repeats_above_each_chapter_is_held_once()
    {
        const string Note = "A new edition of this tutorial with more examples is available in the net, please use that one from now on.";
        MadeDocument document = new();
        for (int i = 0; i < 5; i++) document.Heading($"Valve {i}").Text(Note, ChunkBuilderTests.Sentences(20 * i, 15));
        ChunkedDocuments chunked = Build(document);
        chunked.ByReason.ShouldBe(new Dictionary<string, long> { [Reasons.Duplicate] = 4 * Note.Length });
    }

    [Fact]
    public void Hostile_text_is_read_in_linear_time()
    {
        string[] texts = [new string('.', 300_000), string.Concat(Enumerable.Repeat(". ", 150_000)), new string('a', 300_000),
            string.Concat(Enumerable.Repeat("1, ", 100_000)), string.Concat(Enumerable.Repeat("copyright © ", 30_000)),
            new string('´', 300_000),
            string.Concat(Enumerable.Repeat("A. B. ", 50_000)), new string('\n', 300_000),
            string.Concat(Enumerable.Repeat("<|im_end|>", 30_000))];
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        Build(new MadeDocument().Heading(texts[0]).Text(texts));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }
}
