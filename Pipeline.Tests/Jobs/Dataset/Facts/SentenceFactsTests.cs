using Pipeline.Jobs.Dataset.Facts;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;
using static Pipeline.Tests.Jobs.Dataset.Facts.Chunks;

namespace Pipeline.Tests.Jobs.Dataset.Facts;

public sealed class SentenceFactsTests
{
    [Theory]
    [InlineData("en", "A lysimeter is a block of soil in a container that is weighed to follow its water balance.", "lysimeter",
        "a block of soil in a container that is weighed to follow its water balance")]
    [InlineData("en", "Calendar ageing is the loss of capacity that happens while a cell rests.", "Calendar ageing",
        "the loss of capacity that happens while a cell rests")]
    [InlineData("de", "Ein Debug-Paket ist ein Paket, das zusätzliche Informationen enthält.", "Debug-Paket",
        "ein Paket, das zusätzliche Informationen enthält")]
    [InlineData("fr", "Un acronyme est un sigle qui se prononce comme un mot ordinaire.", "acronyme",
        "un sigle qui se prononce comme un mot ordinaire")]
    [InlineData("es", "Un paquete virtual es un nombre que otros paquetes pueden ofrecer.", "paquete virtual",
        "un nombre que otros paquetes pueden ofrecer")]
    [InlineData("pt", "Um espelho é um servidor que guarda uma cópia do arquivo.", "espelho",
        "um servidor que guarda uma cópia do arquivo")]
    [InlineData("it", "Un mirror è un server che conserva una copia dell’archivio.", "mirror",
        "un server che conserva una copia dell’archivio")]
    public void A_sentence_that_says_what_something_is_is_a_definition(string language, string sentence, string term, string meaning)
    {
        Fact fact = Definitions(language, Paragraph($"Wort. {sentence}")).ShouldHaveSingleItem();

        (fact.Subject, fact.Value, fact.Evidence, fact.Scope).ShouldBe((term, meaning, sentence, "Pump Manual"));
        fact.Sources.ShouldHaveSingleItem().Start.ShouldBe(6);
        fact.Sources[0].End.ShouldBe(6 + sentence.Length);
    }

    [Theory]
    [InlineData("en", "It is a block of soil in a container that is weighed.")]
    [InlineData("en", "Although it is a block of soil that is weighed, nobody sees it.")]
    [InlineData("en", "Even though SQL is a standard that many follow, there are differences.")]
    [InlineData("en", "The file is a script that is run at every start.")]
    [InlineData("en", "A pump is a good idea that saves time and money.")]
    [InlineData("en", "EventFun is the call back function that is called for parser events.")]
    [InlineData("en", "Placement of files is a local issue, so nobody else decides that.")]
    [InlineData("en", "A lysimeter is a block of soil that is described in this section.")]
    [InlineData("en", "Is a lysimeter a block of soil that is weighed?")]
    [InlineData("en", "A lysimeter is not a block of soil that is weighed.")]
    [InlineData("en", "An argument list is a list of names that are known and may be empty.")]
    [InlineData("en", "which is a block of soil that is weighed.")]
    [InlineData("en", "size is the number of bytes that are sent at once.")]
    [InlineData("en", "A drive is the full path to your tape drive that is used.")]
    [InlineData("de", "Rechts neben dem **Feld** ist das Menü mit den Aktionen zu sehen.")]
    [InlineData("de", "Eine Anzeige ist ein Feld von Werten dieser Liste zu sehen.")]
    [InlineData("de", "Abgebrochen Dies bezeichnet einen ernsten Fehler, der das Programm zum Absturz bringt.")]
    [InlineData("es", "ETF es un formato utilizado por una empresa llamada Coda. etf2ly convierte los archivos.")]
    [InlineData("en", "A stimulus is a node that is speci c to the simulated world outside.")]
    [InlineData("de", "Eine schnelle Lösung ist das Paket, das alles ersetzt.")]
    [InlineData("de", "Aus diesem Grund ist die Trennung etwas, das man meidet.")]
    [InlineData("fr", "La qualité est largement due à la charte qui définit les exigences.")]
    [InlineData("pt", "Desses utilitários é o reportbug um programa que facilita tudo.")]
    [InlineData("de", "Dabei ist ein Paket das, was der Nutzer herunterlädt.")]
    [InlineData("de", "Sein Argument ist eine Liste von Dateien, die gelesen werden.")]
    [InlineData("de", "Zentrale Anlaufstelle ist das Wiki, welches sich im Aufbau befindet.")]
    [InlineData("fr", "Le fichier est un script qui est exécuté à chaque démarrage.")]
    [InlineData("es", "El objetivo es un sistema que funcione para todos los usuarios.")]
    [InlineData("nl", "Een pakket is een bestand dat een programma bevat.")]
    public void Other_sentences_define_nothing(string language, string sentence) => Definitions(language,
        Paragraph(sentence)).ShouldBeEmpty();

    [Fact]
    public void A_term_with_the_is_defined_where_it_is_set_apart()
    {
        const string sentence = "The wilting point is the water content at which plants stop growing.";

        Definitions("en", Paragraph(sentence)).ShouldBeEmpty();
        Definitions("en", Paragraph(sentence, new TextSpan(4, 13,
            TextStyle.Italic))).ShouldHaveSingleItem().Subject.ShouldBe("wilting point");
    }

    [Fact]
    public void One_argument_of_many_is_not_defined_though_it_is_set_apart() =>
        Definitions("en", Paragraph("The format is a regular string, with newlines if desired.", new TextSpan(4, 6, TextStyle.Italic)))
            .ShouldBeEmpty();

    [Fact]
    public void Captions_say_what_figures_and_tables_show_and_a_vision_model_what_can_be_seen()
    {
        IReadOnlyList<Fact> facts = FactFinder.Find(Of(
            Figure("Figure 3: Main parts of the KM-4. The cells are inside.", "A block with two cells and a fan."),
            Table(0, "Tabelle 2.1 – Vordefinierte Schriften", "a|b")));

        facts.Select(fact => $"{fact.Subject} {fact.Attribute}: {fact.Value}").ShouldBe(
            ["Figure 3 : Main parts of the KM-4", "Figure 3 description: A block with two cells and a fan",
                "Tabelle 2.1 : Vordefinierte Schriften"]);
        facts.Select(fact => fact.Id).Distinct().Count().ShouldBe(3);
    }

    [Theory]
    [InlineData("Figure 3:")]
    [InlineData("Figure 3: Pumps")]
    [InlineData("Figure 3 shows the parts of the pump.")]
    [InlineData("Figure 3: The parts of the")]
    public void Other_captions_do_not(string caption) => FactFinder.Find(Of(Figure(caption, null))).ShouldBeEmpty();

    [Theory]
    [InlineData("Aur´elien Lherbier")]
    [InlineData("LAT X 2ε E")]
    [InlineData("?")]
    [InlineData("Sommaire")]
    [InlineData("Table of Contents")]
    [InlineData("A\0B")]
    [InlineData("Title \uD800 cut")]
    public void A_document_without_a_title_that_can_be_read_gives_no_facts(string title)
    {
        Chunk chunk = Of(Table(1, "Table 1: Seasons", "Season|Day", "Winter|18 °C", "Summer|22 °C"));
        FactFinder.Find(chunk with { Title = title }).ShouldBeEmpty();
    }

    [Fact]
    public void Equal_chunks_give_equal_facts_whatever_is_in_them()
    {
        string wild = new string('(', 5000) + "\0\uD800 a is a b that " + new string('x', 50_000) + ". "
            + string.Concat(Enumerable.Repeat("is the a of ", 5000)) + ".";
        Chunk chunk = Of(Paragraph(wild), Item(wild), Table(1, wild, "a|" + wild[..200].Replace('|', ' '), "b|c", "d|e"), Figure(wild,
            wild));

        FactFinder.Find(chunk).Select(RowJson.Write).ShouldBe(FactFinder.Find(chunk).Select(RowJson.Write));
    }

    private static IReadOnlyList<Fact> Definitions(string language, ChunkBlock block) =>
        [.. FactFinder.Find(Of(block) with { Language = language }).Where(fact => fact.Kind == "definition")];
}
