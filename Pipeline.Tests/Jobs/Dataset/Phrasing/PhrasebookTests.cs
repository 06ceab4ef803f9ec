using Pipeline.Jobs.Dataset.Phrasing;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Dataset.Phrasing;

public sealed class PhrasebookTests
{
    private static readonly Fact Winter = new()
    {
        Id = "id-1",
        Kind = "table",
        Scope = "Pump Manual – Set points",
        Subject = "Winter",
        SubjectHead = "Season",
        Attribute = "Day temperature",
        Value = "18.5 °C",
        Peers = [new FactPeer("Summer", "22.0 °C"), new FactPeer("Autumn", "19.5 °C")],
        Language = "en",
        Sources = [new SourceSpan("sha", "pump.pdf", 2, "p2-b3", 0, 0)],
        Section = "sha/p2-b1",
        Chunk = "chunk",
        Evidence = "Season | Day temperature\nWinter | 18.5 °C",
    };

    [Theory]
    [InlineData("en")]
    [InlineData("es")]
    [InlineData("de")]
    [InlineData("fr")]
    [InlineData("pt")]
    [InlineData("it")]
    public void Every_language_has_several_wordings_of_every_kind_of_fact(string language)
    {
        Phrasebook book = Phrasebook.Load();
        Fact other = Winter with { Language = language, Attribute = null, Peers = [], SubjectHead = null };

        Count(Winter with { Language = language }, RowType.Question).ShouldBeGreaterThanOrEqualTo(6);
        Count(Winter with { Language = language, Kind = "key_value" }, RowType.Question).ShouldBeGreaterThanOrEqualTo(6);
        Count(other with { Kind = "definition" }, RowType.Question).ShouldBeGreaterThanOrEqualTo(4);
        Count(other with { Kind = "enumeration", Items = ["a", "b", "c"] }, RowType.List).ShouldBeGreaterThanOrEqualTo(4);
        Count(other with { Kind = "caption" }, RowType.Question).ShouldBeGreaterThanOrEqualTo(4);
        Count(other with { Kind = "caption", Attribute = "description" }, RowType.Figure).ShouldBeGreaterThanOrEqualTo(4);
        foreach (RowType type in new[] { RowType.Cloze, RowType.Reverse, RowType.Comparison })
            Count(Winter with { Language = language }, type).ShouldBeGreaterThanOrEqualTo(1);

        int Count(Fact fact, RowType type)
        {
            IReadOnlyList<Row> rows = book.Write(fact);
            rows.ShouldAllBe(row => row.Language == language && !row.Question.Contains('{') && !row.Question.Contains('}')
                && !row.Question.Contains("  "));
            rows.Select(row => row.Question).Distinct(StringComparer.Ordinal).Count().ShouldBe(rows.Count);
            return rows.Count(row => row.Type == type);
        }
    }

    [Fact]
    public void Files_of_all_languages_have_the_same_keys()
    {
        Phrasebook book = Phrasebook.Load();
        string[] english = [.. Keys("en")];

        foreach (string language in new[] { "es", "de", "fr", "pt", "it" })
            Keys(language).ShouldBe(english, language);

        IEnumerable<string> Keys(string language) => new[] { "table", "key_value", "definition", "enumeration", "caption" }
            .SelectMany(kind => book.Write(Winter with { Kind = kind, Language = language })).Select(row => row.Generator.Wording);
    }

    [Fact]
    public void Rows_carry_the_bare_value_their_fact_and_where_it_stands()
    {
        Row row = Phrasebook.Load().Write(Winter)[0];

        row.Question.ShouldBe("""What is the "Day temperature" of Season "Winter" according to "Pump Manual – Set points"?""");
        (row.Answer, row.Expected, row.Fact, row.Section, row.Chunk, row.Evidence).ShouldBe(("18.5 °C", "18.5 °C", "id-1", "sha/p2-b1",
            "chunk", Winter.Evidence));
        row.Sources.ShouldBe(Winter.Sources);
        row.Generator.ShouldBe(new RowGenerator("phrasebook", "table.question.1", "1"));
        row.Hash.ShouldBe(RowHash.OfContent(row));
    }

    [Fact]
    public void The_way_back_is_asked_only_where_the_value_belongs_to_one_subject()
    {
        Phrasebook book = Phrasebook.Load();

        Reverse(Winter).ShouldAllBe(row => row.Expected == "Winter" && row.Question.Contains("18.5 °C"));
        Reverse(Winter).ShouldNotBeEmpty();
        Reverse(Winter with { Peers = [new FactPeer("Spring", "18.5 °C"), .. Winter.Peers] }).ShouldBeEmpty();
        Reverse(Winter with { Peers = [] }).ShouldBeEmpty("other rows are not known");
        Reverse(Winter with { Scope = "Winter – Set points" }).ShouldBeEmpty("the scope would say it");
        Reverse(Winter with { Value = "as in Winter before" }).ShouldBeEmpty("the question would say it");

        IReadOnlyList<Row> Reverse(Fact fact) => [.. book.Write(fact).Where(row => row.Type == RowType.Reverse)];
    }

    [Theory]
    [InlineData("18.5 °C", "22.0 °C", "Summer")]
    [InlineData("1,310 h", "930 h", null)]        // 1310 or 1.31: nothing says which
    [InlineData("1,310 h", "2,150 h", "Summer")]
    [InlineData("12 g", "0.2 kg", null)]
    [InlineData("-5 °C", "−7,5 °C", "Winter")]
    [InlineData("5 g", "5 g", null)]
    [InlineData("one cell", "5 g", null)]
    [InlineData("10–20 %", "15 %", null)]
    public void Two_numbers_are_compared_where_it_is_certain_which_is_larger(string winter, string summer, string? larger)
    {
        Row[] rows = [.. Phrasebook.Load().Write(Winter with { Value = winter, Peers = [new FactPeer("Summer", summer)] }).Where(row =>
            row.Type == RowType.Comparison)];

        if (larger is null)
        {
            rows.ShouldBeEmpty();
            return;
        }
        rows.ShouldNotBeEmpty();
        string smaller = larger == "Winter" ? "Summer" : "Winter";
        rows.ShouldAllBe(row => row.Expected == (row.Generator.Wording.StartsWith("table.larger", StringComparison.Ordinal) ? larger
            : smaller));
        rows.ShouldAllBe(row => row.Question.Contains("Winter") && row.Question.Contains("Summer"));
    }

    [Fact]
    public void Text_of_a_document_is_never_read_as_a_template()
    {
        Row row = Phrasebook.Load().Write(Winter with { Subject = "{value} {x", Value = "a" })[0];

        row.Question.ShouldContain("\"{value} {x\"");
    }

    [Fact]
    public void A_language_without_wordings_gives_no_rows()
    {
        Phrasebook book = Phrasebook.Load();

        book.Languages.ShouldBe(["de", "en", "es", "fr", "it", "pt"]);
        book.Supports("nl").ShouldBeFalse();
        book.Write(Winter with { Language = "nl" }).ShouldBeEmpty();
    }

    [Fact]
    public void A_users_folder_adds_a_language_and_wordings_and_replaces_others_by_key()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "nl.yaml"), Shipped("en").Replace("language: en", "language: nl",
            StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder.Path, "own.yaml"),
            "language: en\nversion: \"mine\"\ntable:\n  question:\n    2: '{subject} {attribute} {scope} ?'\n"
            + "    90: 'Say {subject} {attribute} {scope}!'\n");

        Phrasebook book = Phrasebook.Load(folder.Path);

        book.Write(Winter with { Language = "nl" }).Count.ShouldBe(Phrasebook.Load().Write(Winter).Count);
        Row[] rows = [.. book.Write(Winter).Where(row => row.Type == RowType.Question)];
        rows.Length.ShouldBe(9);
        rows.Select(row => row.Generator.Wording).Take(2).ShouldBe(["table.question.1", "table.question.2"]);
        rows[1].Question.ShouldBe("""Season "Winter" Day temperature Pump Manual – Set points ?""");
        rows[^1].Generator.ShouldBe(new RowGenerator("phrasebook", "table.question.90", "1+mine"));
    }

    [Theory]
    [InlineData("[1, 2", "not YAML")]
    [InlineData("just text", "expected keys such as language")]
    [InlineData("language: english\nversion: \"1\"", "two lower-case letters")]
    [InlineData("language: en", "version is ''")]
    [InlineData("language: en\nversion: \"1\"\ntable:\n  questions:\n    1: 'x'",
        "table.questions is not known; expected one of table.question")]
    [InlineData("language: en\nversion: \"1\"\ntable:\n  question:\n    1: 'What of {subjects}?'",
        "table.question.1 has the place {subjects}")]
    [InlineData("language: en\nversion: \"1\"\ntable:\n  question:\n    1: 'What of {subject} in {scope}?'",
        "table.question.1 lacks {attribute}")]
    [InlineData("language: en\nversion: \"1\"\ntable:\n  question:\n    a: 'x'", "table.question.a is not numbered")]
    [InlineData("language: en\nversion: \"1\"\ntable:\n  question:\n    1: ''", "table.question.1 has 0 characters")]
    [InlineData("language: en\nversion: \"1\"\ntable:\n  question: 'x'", "table.question is not a group of numbered wordings")]
    [InlineData("language: nl\nversion: \"1\"", "caption.question has 0 wordings, expected at least 4")]
    public void A_broken_file_is_refused_with_its_name_the_key_and_the_fix(string content, string fault)
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "own.yaml");
        File.WriteAllText(path, content);

        InputException refused = Should.Throw<InputException>(() => Phrasebook.Load(folder.Path));

        refused.Message.ShouldStartWith(path);
        refused.Message.ShouldContain(fault);
    }

    [Fact]
    public void A_folder_that_is_not_there_or_empty_is_refused()
    {
        using TemporaryFolder folder = new();

        Should.Throw<InputException>(() => Phrasebook.Load(folder.Path)).Message.ShouldContain("holds no phrasings");
        Should.Throw<InputException>(() => Phrasebook.Load(Path.Combine(folder.Path, "no"))).Message.ShouldContain("no such folder");
    }

    private static string Shipped(string language) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "assets", "phrasings",
        $"{language}.yaml"));
}
