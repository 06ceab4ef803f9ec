using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Tests.Jobs.Dataset.Files;

/// <summary>Rows as the stages make them.</summary>
internal static class TestRows
{
    public static Row Question(string question, string answer, RowSplit split = RowSplit.Train, string? expected = null,
        string wording = "table.question.1", string fact = "f1") => RowHash.WithHash(new Row
        {
            Hash = "",
            Fact = fact,
            Type = RowType.Question,
            Language = "en",
            Messages = [new RowMessage("user", question), new RowMessage("assistant", answer)],
            Expected = expected,
            Sources = [new SourceSpan(new string('a', 64), "guide.pdf", 3, "p3-b7", 0, 40)],
            Chunk = "c1",
            Section = "aa/p3-b1",
            Evidence = $"Table: {answer}",
            Generator = new RowGenerator("phrasebook", wording, "1"),
            Verdicts = [new RowVerdict("numbers_in_source", true)],
            Split = split,
        });

    public static Row Text(string text, string document = "guide.pdf") => RowHash.WithHash(new Row
    {
        Hash = "",
        Type = RowType.Text,
        Language = "en",
        Text = text,
        Sources = [new SourceSpan(RowHash.Of(document), document, 1, "p1-b1", 0, text.Length)],
        Generator = new RowGenerator("text", "", "1"),
        Split = RowSplit.Train,
    });

    public static Row Imported(params string[] turns) => RowHash.WithHash(new Row
    {
        Hash = "",
        Type = RowType.Imported,
        Language = "und",
        Messages = [.. turns.Select((turn, i) => new RowMessage(i % 2 == 0 ? "user" : "assistant", turn))],
        Generator = new RowGenerator("import", "", "1"),
        Split = RowSplit.Train,
    });

    public static Row Preference(string question, string good, string? bad) => RowHash.WithHash(Imported(question, good) with
    {
        Type = RowType.Preference,
        Rejected = bad,
    });

    /// <summary>One of everything that a dataset can hold, with text that formats stumble over.</summary>
    public static IReadOnlyList<Row> OneOfEach { get; } =
    [
        Question("What, then, is a \"pump\"?", "It moves water,\r\nline two.\n\n- item\t\u00a0€ 水 😀"),
        RowHash.WithHash(Imported("Hi", "Hello.", "Why?", "=1+1; so.") with
        {
            Messages = [new RowMessage("system", "Be brief."), new RowMessage("user", "Hi"), new RowMessage("assistant", "Hello."),
                new RowMessage("user", " Why? "), new RowMessage("assistant", "[\"a\", \"b\"]")],
        }),
        Text("First paragraph, \"quoted\".\n\nSecond; with 水."),
        Preference("Which?", "good", "bad"),
        Preference("Marked?", "wanted", null),
        Preference("Marked?", "", "unwanted"),
        RowHash.WithHash(Imported("<image>What <image>is it?", "A pump.") with { Type = RowType.Image, Image = "a.jpg\nb/ü.png" }),
        RowHash.WithHash(Imported("Is V7 open?", "Yes.") with
        {
            Messages = [new RowMessage("user", "Is V7 open?"), new RowMessage("tool_call", "{\"name\":\"state\"}"),
                new RowMessage("tool", "open"), new RowMessage("assistant", "Yes.")],
            Tools = "[{\"name\":\"state\"}]",
        }),
    ];
}
