using Pipeline.Jobs.Dataset.Facts;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;
using static Pipeline.Tests.Jobs.Dataset.Facts.Chunks;

namespace Pipeline.Tests.Jobs.Dataset.Facts;

public sealed class ListFactsTests
{
    [Fact]
    public void Keys_with_typed_values_in_a_list_are_facts_of_their_heading()
    {
        IReadOnlyList<Fact> facts = Found("key_value", Of(Item("Length: 12 m"), Item("Mass: 340 kg"), Item("Colour: RAL 7016"),
            Item("Supply: 24 V")));

        facts.Select(fact => $"{fact.Subject}, {fact.Attribute}: {fact.Value}").ShouldBe(
            ["Technical data, Length: 12 m", "Technical data, Mass: 340 kg", "Technical data, Colour: RAL 7016",
                "Technical data, Supply: 24 V"]);
    }

    [Fact]
    public void Keys_with_quantities_in_a_table_without_heads_are_facts() =>
        Found("key_value", Of(Table(0, null, "Length|12 m", "Mass|340 kg", "Supply|24 V"))).Select(fact => fact.Value).ShouldBe(["12 m",
            "340 kg", "24 V"]);

    [Theory]
    [InlineData("too few", "Length: 12 m", "Mass: 340 kg")]
    [InlineData("sentences", "Pump: Start it slowly. Then wait.", "Valve: Turn it left. It opens.", "Lid: Press it. It clicks.")]
    [InlineData("remarks", "Note: 12 m", "Warning: 340 kg", "Example: 24 V")]
    [InlineData("addresses", "To: a@b.example", "Package: name", "Homepage: https://b.example")]
    [InlineData("words of which none is a property", "Install: the program", "Remove: the files", "Start: the service")]
    [InlineData("a key twice", "Length: 12 m", "Length: 14 m", "Mass: 4 kg")]
    public void Other_lists_of_pairs_are_not(string why, params string[] items) =>
        Found("key_value", Of([.. items.Select(item => Item(item))])).ShouldBeEmpty(why);

    [Theory]
    [InlineData("The file has the following fields and should look like this:")]
    [InlineData("A saída deve ser similar a isto:")]
    [InlineData("Para el paquete hello, el archivo tiene el siguiente aspecto:")]
    [InlineData("Para o pacote hello, o arquivo control parece alguma coisa assim:")]
    [InlineData("Die Ausgabe des Befehls lautet:")]
    public void Fields_of_a_file_that_is_only_shown_are_not(string lead)
    {
        ChunkBlock[] fields = [Paragraph("Source: hello"), Paragraph("Standards-Version: 3.9.5"), Paragraph("Size: 38122"),
            Paragraph("Level: 12")];

        Found("key_value", Of([Paragraph("These are the limits:"), .. fields])).ShouldNotBeEmpty();
        Found("key_value", Of([Paragraph(lead), .. fields])).ShouldBeEmpty();
        Found("key_value", Of([Paragraph(lead), Paragraph("Maintainer: Jane Doe <jane@doe.example> and others of the team, in turn"),
            .. fields])).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Algorithm 1", "Algorithm 2", "Algorithm 3")]
    [InlineData("Input", "Output", "Ensure")]
    public void Labels_are_no_terms(params string[] labels) =>
        Found("definition", Of([.. labels.Select((label, i) => Term(label, $": The shortest path of {i} nodes"))])).ShouldBeEmpty();

    [Theory]
    [InlineData("restores saved options from the last save. saves can be nested")]
    [InlineData("Engine of TeX : xelatex -shell-escape, for instance")]
    [InlineData("One can change the seed of the shuffle, thanks to the option")]
    public void A_meaning_that_ran_into_the_next_line_or_ends_before_one_is_none(string meaning) =>
        Found("definition", Of(Term("seed", $": {meaning}."), Term("digits", ": the number of digits of the code"),
            Term("columns", ": the number of columns of the page"))).Select(fact => fact.Subject).ShouldNotContain("seed");

    [Fact]
    public void A_meaning_goes_on_after_an_abbreviation() =>
        Found("definition", Of(Term("SUMMER", ": The rule for aircraft of Pilatus Aircraft Ltd. Airplanes"), Term("WINTER",
            ": the rule for gliders of all kinds"), Term("AUTUMN", ": the rule for balloons of all kinds")))[0].Value
            .ShouldBe("The rule for aircraft of Pilatus Aircraft Ltd. Airplanes");

    [Theory]
    [InlineData("titles with page numbers", "Introduction|3", "Installation|7", "Index|19")]
    [InlineData("heads that were not recognised", "Season|Temperature", "Winter|18 °C", "Summer|22 °C", "Autumn|19 °C")]
    [InlineData("words", "start|begins", "stop|ends", "wait|pauses")]
    public void Other_tables_of_two_columns_are_not(string why, params string[] rows) =>
        Found("key_value", Of(Table(0, null, rows))).ShouldBeEmpty(why);

    [Fact]
    public void Terms_in_type_of_their_own_are_defined_with_case_kept()
    {
        IReadOnlyList<Fact> facts = Found("definition", Of(
            Term("debian/rules", " - the script that builds the package", TextStyle.Code),
            Term("Quelltext", ": Der Text, aus dem ein Programm übersetzt wird. Mehr dazu im Handbuch.", TextStyle.Bold),
            Term("no_conn", " – the connection to the node is down", TextStyle.Code)));

        facts.Select(fact => $"{fact.Subject} = {fact.Value}").ShouldBe(
        [
            "debian/rules = the script that builds the package", "Quelltext = Der Text, aus dem ein Programm übersetzt wird",
            "no_conn = the connection to the node is down",
        ]);
        facts[0].Scope.ShouldBe("Pump Manual – Technical data");
        facts[0].Attribute.ShouldBeNull();
    }

    [Theory]
    [InlineData("a remark", "Note", ": the script that builds the package")]
    [InlineData("a pointer", "rules", ": the script that is described in this section")]
    [InlineData("a pronoun", "rules", ": It builds the whole package")]
    [InlineData("a question", "rules", ": what builds the whole package?")]
    [InlineData("cut off", "rules", ": builds the whole package and the")]
    [InlineData("two texts in one", "rules", ": xts-plain The algorithm that builds the package")]
    [InlineData("a program", "rules", ": x = fun() -> ok end")]
    [InlineData("the same again", "rules", ": ditto for the whole package")]
    [InlineData("the next entry in it", "rules", ": Builds the whole package. clean: Removes what was built")]
    public void Other_entries_are_not_defined(string why, string term, string rest) =>
        Found("definition", Of(Term(term, rest), Term("first", ": the one that comes before all"), Term("next",
            ": the one that comes after it"), Term("last", ": the one that comes after all")))
            .Select(fact => fact.Subject).ShouldBe(["first", "next", "last"], why);

    [Fact]
    public void Entries_of_a_list_of_changes_are_no_definitions()
    {
        Chunk chunk = Of(Term("a", ": Added the macro for lists"), Term("b", ": Removed the macro for lists"),
            Term("c", ": Mended the macro for lists"));
        Found("definition", chunk with { Headings = ["Change History"] }).ShouldBeEmpty();
    }

    [Fact]
    public void Entries_under_a_heading_that_says_of_nothing_whose_they_are_are_no_definitions()
    {
        Chunk chunk = Of(Term("x", ": the first of the two numbers"), Term("y", ": the other of the two numbers"),
            Term("z", ": the name of the sum of both"));
        Found("definition", chunk with { Headings = ["The base package", "Arguments"] }).ShouldBeEmpty();
    }

    [Fact]
    public void One_name_with_two_meanings_is_no_fact() =>
        Found("definition", Of(Term("root", ": the uppermost folder of all"), Term("root", ": the user who may do everything"),
            Term("home", ": the folder of a user")))
            .Select(fact => fact.Subject).ShouldBe(["home"]);

    [Fact]
    public void A_sentence_with_a_colon_and_the_list_after_it_are_an_enumeration()
    {
        Fact fact = Found("enumeration", Of(Paragraph("The pump is robust. The following protocols are supported:"), Item("FTP"),
            Item("HTTP;"), Item("Modbus TCP.")))
            .ShouldHaveSingleItem();

        fact.Subject.ShouldBe("The following protocols are supported");
        fact.Items.ShouldBe(["FTP", "HTTP", "Modbus TCP"]);
        fact.Value.ShouldBe("FTP, HTTP, Modbus TCP");
        fact.Sources.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("a lead that leans on what is before it", "It supports the following protocols:", "FTP", "HTTP", "SSH")]
    [InlineData("a lead that points elsewhere", "All protocols in this section are:", "FTP", "HTTP", "SSH")]
    [InlineData("examples", "Several protocols are supported, such as:", "FTP", "HTTP", "SSH")]
    [InlineData("no colon", "The following protocols are supported.", "FTP", "HTTP", "SSH")]
    [InlineData("two items", "The following protocols are supported:", "FTP", "HTTP")]
    [InlineData("an item twice", "The following protocols are supported:", "FTP", "FTP", "SSH")]
    [InlineData("a program", "The following types are supported:", "X = fun()", "Y = atom()", "Z = pid()")]
    [InlineData("people", "The following persons contributed to the manual:", "Jane Doe jane@doe.example", "John Roe john@roe.example",
        "Ann Poe ann@poe.example")]
    [InlineData("whole paragraphs", "The following protocols are supported:", "FTP. It is old.", "HTTP. It is new.", "SSH. It is safe.")]
    public void Other_lists_are_no_enumerations(string why, string lead, params string[] items) =>
        Found("enumeration", Of([Paragraph(lead), .. items.Select(item => Item(item))])).ShouldBeEmpty(why);

    [Fact]
    public void A_list_that_may_go_on_is_not_whole()
    {
        ChunkBlock[] list = [Paragraph("The following protocols are supported:"), Item("FTP"), Item("HTTP"), Item("SSH")];

        Found("enumeration", Of([.. list, Paragraph("The last one is safe."), Item("Modbus")])).ShouldBeEmpty();
        Found("enumeration", Of(list) with { Tokens = 790 }).ShouldBeEmpty();
        Found("enumeration", Of(list)).Count.ShouldBe(1);
    }

    private static IReadOnlyList<Fact> Found(string kind, Chunk chunk) => [.. FactFinder.Find(chunk).Where(fact => fact.Kind == kind)];
}
