using CsCheck;
using Pipeline.Jobs.Dataset.Filter;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Split;
using Pipeline.Tools.Benchmarks;

namespace Pipeline.Tests.Jobs.Dataset.Filter;

public sealed class RowFilterTests
{
    private static readonly FilterOptions Unlimited = new() { MaxShareOfDocument = null, MaxRowsOfSection = null };

    [Fact]
    public void The_result_does_not_depend_on_the_order_of_the_rows()
    {
        Row[] rows = [.. SyntheticRows.Make(300, 5).Select(r => r.Row)];
        rows = [.. rows, .. rows.Take(40).Select(r => r with { Chunk = "again" }),
            .. rows.Take(20).Select(r => Row("f" + r.Fact, r.Question + " ok", r.Answer, r.Expected))];
        FilterOptions options = new() { MaxRowsOfSection = 50, MaskPersonal = true };
        string expected = Bytes(Filter(rows, options));
        Gen.Shuffle(rows).Sample(shuffled => Bytes(Filter(shuffled, options)) == expected, iter: 10);
    }

    [Fact]
    public void Every_row_comes_back_and_the_funnel_sums_up() => Gen.Int[1, 400].Select(Gen.Int[0, 1000]).Sample((count, seed) =>
    {
        Row[] rows = [.. SyntheticRows.Make(count, seed).Select(r => r.Row)];
        IReadOnlyList<Row> filtered = Filter([.. rows, .. rows.Take(seed % 50)], new() { MaxRowsOfSection = 30 });
        Funnel funnel = new FunnelBuilder().AddRows(FactSplit.Divide(filtered, new(), null)).Build();
        return filtered.Count == count + Math.Min(count, seed % 50) && funnel.Rows == filtered.Count
            && filtered.All(r => (r.State == RowState.Rejected) == (r.Reason is not null));
    }, iter: 10);

    [Fact]
    public void Of_equal_rows_the_one_that_a_person_changed_stays_and_else_the_model_s()
    {
        Row phrasing = Row("f", "What is the port of Foo?", "5432", "5432");
        Row model = phrasing with { Generator = new("model", "m", "1", "gpt") };
        Row edited = phrasing with { State = RowState.Edited, Author = "ann" };
        Filter([phrasing, model, edited], Unlimited).Single(r => r.State != RowState.Rejected).Author.ShouldBe("ann");
        Filter([phrasing, model], Unlimited).Single(r => r.State != RowState.Rejected).Generator.Name.ShouldBe("model");
    }

    [Fact]
    public void Wordings_of_one_fact_stay_however_alike_they_are()
    {
        Row[] rows = [.. Enumerable.Range(0, 4)
            .Select(i => Row("f", "According to the long and complete manual of the Foo server, version two, "
            + "what is the largest number of connections" + new string('?', i + 1) + (i == 0 ? "" : $" ({"abc"[i - 1]})"), "5432", "5432",
            $"q.{i}"))];
        Filter(rows, Unlimited).Count(r => r.State == RowState.Kept).ShouldBe(4);
    }

    [Fact]
    public void Facts_of_one_table_stay_though_their_questions_differ_in_one_word()
    {
        Row[] rows = [.. "alpha bravo charlie delta links links-extra enabled".Split(' ').Select((name, i) => Row($"f{i}",
            $"According to the long and complete manual of the Foo server, version two, is the option enabled whose name is {name}", "yes",
                "yes"))];
        Filter(rows, Unlimited).ShouldAllBe(r => r.State == RowState.Kept);
    }

    [Fact]
    public void A_text_that_another_document_repeats_with_small_changes_is_a_near_duplicate()
    {
        string text = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"word{i * 7919 % 1009}"));
        Row a = Text(text), b = Text(text.Replace("word0 ", "changed ", StringComparison.Ordinal)), c = Text(text.ToUpperInvariant() + ".");
        IReadOnlyList<Row> rows = Filter([a, b, c], Unlimited);
        rows.Where(r => r.State == RowState.Rejected).Select(r => r.Reason).Order().ShouldBe([Reasons.Duplicate, Reasons.NearDuplicate]);
    }

    [Fact]
    public void A_fact_in_two_languages_does_not_contradict_itself()
    {
        Row english = Row("f", "According to the guide, what is Foo?", "a server of files", "a server of files");
        Row german = Row("f", "Was ist Foo laut dem Handbuch?", "ein Server für Dateien", "ein Server für Dateien") with
        {
            Language = "de",
        };

        Filter([english, german], Unlimited).ShouldAllBe(row => row.State == RowState.Kept);
    }

    [Fact]
    public void Different_answers_to_one_question_and_different_values_of_one_fact_all_go()
    {
        Row a = Row("f", "What is the port of Foo?", "5432", "5432"), b = Row("g", "what is the port of foo", "It is 5433.", "5433");
        Row c = Row("h", "Which colour has Foo?", "red", "red", "q.1"), d = Row("h", "Name the colour of Foo.", "green", "green", "q.2");
        Row e = Row("i", "How large is Foo?", "1,000 MB", "1,000 MB"),
            f = Row("i", "State the size of Foo.", "1000 MB per user", "1000 MB per user", "q.2");
        IReadOnlyList<Row> rows = Filter([a, b, c, d, e, f], Unlimited);
        rows.Where(r => r.Reason == Reasons.Contradiction).Select(r => r.Hash).Order()
            .ShouldBe(new[] { a, b, c, d }.Select(r => r.Hash).Order());
        rows.Where(r => r.State == RowState.Kept).Select(r => r.Hash).Order().ShouldBe(new[] { e, f }.Select(r => r.Hash).Order());
    }

    [Fact]
    public void No_document_has_more_than_its_share_and_facts_fall_with_all_their_wordings()
    {
        Row[] rows = [.. SyntheticRows.Make(3600, 2).Select(r => r.Row).Where(r => r.Type != RowType.Text)];
        Row[] uneven = [.. rows.GroupBy(r => r.Sources[0].DocumentSha256).SelectMany((g, i) => i == 0 ? g.AsEnumerable() : g.Take(100))];
        // Wordings of one fact are left whole.
        HashSet<string> cut = [.. rows.Select(r => r.Fact).Where(f => f.Length > 0
            && uneven.Count(r => r.Fact == f) != rows.Count(r => r.Fact == f))];
        uneven = [.. uneven.Where(r => !cut.Contains(r.Fact))];
        uneven.Select(r => r.Sources[0].DocumentSha256).Distinct().Count().ShouldBeGreaterThanOrEqualTo(4);
        IReadOnlyList<Row> filtered = Filter(uneven, new()
        {
            MaxShareOfDocument = 0.4,
            MinRowsOfDocument = 0,
            MinDocuments = 3,
            MaxRowsOfSection = null,
        });
        Row[] kept = [.. filtered.Where(r => r.State == RowState.Kept)];
        filtered.Count(r => r.Reason == Reasons.Balance).ShouldBeGreaterThan(50);
        kept.GroupBy(r => r.Sources[0].DocumentSha256).Max(g => g.Count()).ShouldBeLessThanOrEqualTo((int)(0.4 * kept.Length) + 1);
        kept.Where(r => r.Fact.Length > 0).Select(r => r.Fact).Intersect(filtered.Where(r => r.Reason == Reasons.Balance)
            .Select(r => r.Fact)
            .Where(f => f.Length > 0)).ShouldBeEmpty();
    }

    [Fact]
    public void A_type_and_a_section_have_no_more_rows_than_wanted()
    {
        Row[] rows = [.. SyntheticRows.Make(800, 4).Select(r => r.Row)];
        IReadOnlyList<Row> filtered = Filter(rows, new()
        {
            MaxShareOfDocument = null,
            MaxRowsOfSection = 40,
            MaxShareOfType = new Dictionary<RowType, double> { [RowType.Text] = 0.01 },
        });
        Row[] kept = [.. filtered.Where(r => r.State == RowState.Kept)];
        kept.GroupBy(r => r.Section).Max(g => g.Count()).ShouldBeLessThanOrEqualTo(40);
        kept.Count(r => r.Type == RowType.Text).ShouldBeInRange(1, kept.Length / 100 + 1);
    }

    [Fact]
    public void Rows_that_repeat_an_excluded_text_are_rejected()
    {
        string sentence = "The quick brown fox jumps over the lazy dog while seven wizards quietly brew strong coffee";
        Row copy = Row("a", "What happens at night?", sentence.ToUpperInvariant() + ", they say.", null);
        Row asked = Row("b", "Where is Foo?", "In the north", "In the north"),
            free = Row("c", "Where is Bar?", "In the south", "In the south");
        IReadOnlyList<Row> rows = Filter([copy, asked, free], Unlimited with
        {
            Excluded = [sentence,
            "{\"instruction\": \"where is FOO\"}\n{\"x\": [\"y\"]}"]
        });
        rows.Where(r => r.Reason == Reasons.Excluded).Select(r => r.Hash).Order()
            .ShouldBe(new[] { copy, asked }.Select(r => r.Hash).Order());
    }

    [Fact]
    public void Rows_that_are_too_long_or_too_short_are_rejected()
    {
        Row lengthy = Text(string.Join(' ', Enumerable.Range(0, 900).Select(i => $"w{i}"))), brief = Text("Too short."),
            right = Text(new('x', 60));
        IReadOnlyList<Row> rows = RowFilter.Filter([lengthy, brief, right], Unlimited with { MaxTokens = 800 }, t => t.Split(' ').Length,
            CancellationToken.None);
        rows.Single(r => r.Hash == lengthy.Hash).Reason.ShouldBe(Reasons.TooLong);
        rows.Single(r => r.Hash == brief.Hash).Reason.ShouldBe(Reasons.TooShort);
        rows.Single(r => r.Hash == right.Hash).State.ShouldBe(RowState.Kept);
    }

    [Fact]
    public void Personal_data_is_masked_counted_and_never_an_answer()
    {
        Row row = Row("a", "Whom do you ask about Foo?", "Write to jane.doe@example.org or call +49 30 1234567.", null);
        Row asked = Row("b", "What is the address of Jane?", "jane.doe@example.org", "jane.doe@example.org");
        IReadOnlyList<Row> rows = Filter([row, asked], Unlimited with { MaskPersonal = true });
        Row masked = rows.Single(r => r.Fact == "a");
        masked.Answer.ShouldBe("Write to [EMAIL] or call [PHONE].");
        masked.Hash.ShouldBe(RowHash.OfContent(masked));
        masked.Verdicts[^1].Detail.ShouldBe("[EMAIL] 1, [PHONE] 1");
        rows.Single(r => r.Fact == "b").Reason.ShouldBe(Reasons.Empty);
    }

    [Fact]
    public void What_a_person_changed_is_not_lost_to_twins_or_limits()
    {
        Row edited = Row("a", "What is the port of Foo?", "5432", "5432") with { State = RowState.Edited, Author = "ann" };
        Row other = Row("b", "What is the port of Foo?", "5433", "5433");
        IReadOnlyList<Row> rows = Filter([edited, other], Unlimited with { MaxCharacters = 10 });
        rows.Single(r => r.Author == "ann").State.ShouldBe(RowState.Edited);
        rows.Single(r => r.Author != "ann").State.ShouldBe(RowState.Rejected);
    }

    internal static Row Row(string fact, string question, string answer, string? expected, string wording = "q.1") =>
        RowHash.WithHash(new Row
        {
            Hash = "",
            Fact = fact,
            Type = RowType.Question,
            Language = "en",
            Messages = [new("user", question), new("assistant", answer)],
            Expected = expected,
            Generator = new("phrasebook", wording, "1"),
        });

    private static Row Text(string text) => RowHash.WithHash(new Row
    {
        Hash = "",
        Type = RowType.Text,
        Language = "en",
        Text = text,
        Generator = new("text", "text", "1"),
    });

    private static IReadOnlyList<Row> Filter(IReadOnlyList<Row> rows, FilterOptions options) =>
        RowFilter.Filter(rows, options, text => text.Length / 4, CancellationToken.None);

    private static string Bytes(IEnumerable<Row> rows) => string.Join('\n', rows.Select(RowJson.Write));
}
