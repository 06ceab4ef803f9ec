using System.IO.Compression;
using System.Text;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Dataset.Files;

public sealed class ImportFormatsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""[{"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}]""")]
    [InlineData("""[{"messages": [{"content": "Q", "role": "user"}, {"content": "A", "role": "assistant"}], "unmask": true, "id": "0"}]""")]
    [InlineData("""[{"conversations": [{"from": "user", "value": "Q"}, {"from": "assistant", "value": "A"}]}]""")]
    [InlineData("""[{"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},]""")]
    [InlineData("""{"summary": "s", "qa_pairs": [{"question": "Q", "answer": "A"}]}""")]
    [InlineData("""{"data": [{"prompt": "Q", "completion": "A"}]}""")]
    [InlineData("""{"prompt": [{"role": "user", "content": "Q"}], "completion": [{"role": "assistant", "content": "A"}]}""")]
    [InlineData("""{"instruction": "Q", "input": "", "output": "A"}""")]
    [InlineData("""{"instruction": "", "input": "Q", "output": "A"}""")]
    [InlineData("""{"question": "Q", "answers": {"text": ["A", "B"], "answer_start": [1, 2]}}""")]
    [InlineData("""{"messages": [{"role": "user", "content": [{"type": "text", "text": "Q"}]}, {"role": "assistant", "content": "A"}]}""")]
    public async Task A_question_and_its_answer_are_read_in_any_of_the_usual_columns(string text)
    {
        ImportedRows read = await ReadAsync("data.json", text);
        read.Skipped.ShouldBeEmpty();
        Row row = read.Rows.ShouldHaveSingleItem();
        (row.Type, row.Question, row.Answer).ShouldBe((RowType.Imported, "Q", "A"));
        row.Messages.Select(m => m.Role).ShouldBe(["user", "assistant"]);
        row.Hash.ShouldBe(RowHash.OfContent(row));
    }

    [Fact]
    public async Task Turns_that_nothing_can_be_learned_from_are_skipped_with_their_numbers_and_the_rest_is_used()
    {
        const string rows = """
            [{"conversations": [{"from": "human", "value": "How many valves?"}, {"from": "gpt", "value": "2 valves."}]},
            {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}, {"from": "human", "value": "And then?"}]},
            {"conversations": [{"from": "gpt", "value": "Hello, ask me."}, {"from": "gpt", "value": "Please."}]},
            {"conversations": [{"from": "gpt", "value": "Welcome."}, {"from": "human", "value": "How many?"}, {"from": "gpt", "value": "3"}]},
            {"conversations": []},
            {"conversations": [{"from": "human", "value": "c"}, {"from": "wizard", "value": "d"}]},
            {"conversations": [{"from": "human", "value": "Which line?"}, {"from": "gpt", "value": "Line 2."}]}]
            """;
        ImportedRows read = await ReadAsync("data.json", rows);
        read.Rows.Select(row => row.Question).ShouldBe(["How many valves?", "Which line?"]);
        read.Skipped.Select(row => row.Number).ShouldBe([2, 3, 4, 5, 6]);
        read.Skipped[0].Reason.ShouldBe("field 'conversations' must end with an answer, and ends with 'user'");
        read.Skipped[4].Reason.ShouldContain("'wizard'");
        InputException refused = await Should.ThrowAsync<InputException>(ReadAsync("data.json", rows, new() { Strict = true }));
        refused.Message.ShouldContain("data.json: line 2: ");
        refused.Message.ShouldContain("must end with an answer");
    }

    [Fact]
    public async Task A_line_that_is_no_row_is_skipped_with_its_number()
    {
        ImportedRows read = await ReadAsync("data.jsonl", """
            {"instruction": "a", "output": "b"}
            {"instruction": "c", "outp

            [1, 2]
            {"instruction": "d"}
            {"instruction": "e", "output": "f\ud800"}
            {"instruction": "g", "output": "h"}
            """);
        read.Rows.Select(row => row.Question).ShouldBe(["a", "g"]);
        read.Skipped.Select(row => (row.Number, row.Line)).ShouldBe([(2, 2), (3, 4), (4, 5), (5, 6)]);
        read.Skipped[0].Reason.ShouldStartWith("not JSON");
        read.Skipped[1].Reason.ShouldStartWith("is a list");
        read.Skipped[2].Reason.ShouldStartWith("field 'output' is missing");
        read.Skipped[3].Reason.ShouldContain("half of a character");
    }

    [Fact]
    public async Task Of_an_array_that_is_cut_or_broken_the_whole_rows_are_read()
    {
        ImportedRows read = await ReadAsync("data.json", """
            [{"instruction": "a", "output": "b"},
             {"instruction": "broken "quotes", "output": "c"},
             {"instruction": "d", "output": "e {not a brace} \"quoted\""},
             {"instruction": "cut", "outpu
            """);
        read.Rows.Select(row => row.Question).ShouldBe(["a", "d"]);
        read.Skipped.Select(row => (row.Number, row.Line)).ShouldBe([(2, 2), (4, 4)]);
    }

    [Fact]
    public async Task Calls_of_tools_are_kept_in_both_forms()
    {
        Row share = (await ReadAsync("a.json", """
            [{"conversations": [{"from": "human", "value": "Is V7 open?"}, {"from": "function_call", "value": "{\"name\": \"state\"}"},
              {"from": "observation", "value": "open"}, {"from": "gpt", "value": "V7 is open."}], "system": "Use the tools.",
              "tools": "[{\"name\": \"state\"}]"}]
            """)).Rows.ShouldHaveSingleItem();
        share.Messages.Select(m => m.Role).ShouldBe(["system", "user", "tool_call", "tool", "assistant"]);
        share.Tools.ShouldBe("""[{"name": "state"}]""");

        Row open = (await ReadAsync("b.jsonl", """
            {"messages": [{"role": "user", "content": "Are V7 and V8 open?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "state", "arguments": "{\"valve\":\"V7\"}"}}, {"id": "c2", "type": "function", "function": {"name": "state", "arguments": "{\"valve\":\"V8\"}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "open"}, {"role": "tool", "tool_call_id": "c2", "content": "shut"}, {"role": "assistant", "content": "V7 is open, V8 is shut."}]}
            """)).Rows.ShouldHaveSingleItem();
        open.Messages.Select(m => m.Content).ShouldBe(["Are V7 and V8 open?",
            """[{"name":"state","arguments":{"valve":"V7"}},{"name":"state","arguments":{"valve":"V8"}}]""", "open", "shut",
            "V7 is open, V8 is shut."]);
    }

    [Fact]
    public async Task Preferences_are_kept_as_such_and_an_unwanted_answer_is_never_the_answer()
    {
        ImportedRows read = await ReadAsync("data.jsonl", """
            {"conversations": [{"from": "human", "value": "Q"}], "chosen": {"from": "gpt", "value": "good"}, "rejected": {"from": "gpt", "value": "bad"}}
            {"prompt": "Q", "chosen": "good", "rejected": "bad"}
            {"instruction": "Q", "output": "bad", "label": false}
            {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "good"}], "kto_tag": true}
            {"prompt": "Q", "chosen": "good"}
            """);
        read.Rows.ShouldAllBe(row => row.Type == RowType.Preference && row.Question == "Q");
        read.Rows.Select(row => (row.Answer, row.Rejected)).ShouldBe([("good", "bad"), ("good", "bad"), ("", "bad"), ("good", null)]);
        read.Skipped.ShouldHaveSingleItem().Number.ShouldBe(5);
        read.Warnings.ShouldContain(
            "2 of 4 rows are pairs of preference: they are kept and exported, and the built-in trainer does not train them");
    }

    [Fact]
    public async Task Pictures_are_kept_with_their_places()
    {
        ImportedRows read = await ReadAsync("data.jsonl", """
            {"messages": [{"content": "<image>What is it?", "role": "user"}, {"content": "A pump.", "role": "assistant"}], "images": ["a.jpg"]}
            {"instruction": "What is it?", "output": "A pump.", "image": "a.jpg"}
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "a.jpg"}}, {"type": "text", "text": "What is it?"}]}, {"role": "assistant", "content": "A pump."}]}
            {"instruction": "Hear it", "output": "A pump.", "audios": ["a.wav"]}
            {"instruction": "<image><image>", "output": "two", "images": ["a.jpg"]}
            """);
        read.Rows.ShouldAllBe(row => row.Type == RowType.Image && row.Image == "a.jpg" && row.Question == "<image>What is it?");
        read.Rows.Count.ShouldBe(3);
        read.Skipped.Select(row => row.Number).ShouldBe([4, 5]);
    }

    [Fact]
    public async Task Numbers_are_answers_and_empty_ones_are_kept_and_counted()
    {
        ImportedRows read = await ReadAsync("data.json", """
            [{"instruction": "How many?", "output": 42}, {"instruction": "True?", "output": true},
             {"instruction": "Say nothing.", "output": ""}, {"instruction": "Say blanks.", "output": "   "}]
            """);
        read.Rows.Select(row => row.Answer).ShouldBe(["42", "true", "", "   "]);
        read.Warnings.ShouldBe(["2 of 4 rows have an empty answer: they teach to say nothing"]);
    }

    [Fact]
    public async Task A_table_keeps_quotes_line_breaks_and_commas()
    {
        ImportedRows read = await ReadAsync("data.csv",
            "\ufeffinstruction,input,output\r\n\"What, then, is a \"\"pump\"\"?\",,\"It moves water,\nline two.\"\r\n"
            + "Name it.,,P-101\r\nshort,\r\n");
        read.Rows.Select(row => (row.Question, row.Answer))
            .ShouldBe([("What, then, is a \"pump\"?", "It moves water,\nline two."), ("Name it.", "P-101")]);
        (read.Skipped.ShouldHaveSingleItem().Line, read.Skipped[0].Reason).ShouldBe((5, "has 2 cells; the head has 3"));
        (await ReadAsync("data.tsv", "prompt\tcompletion\na;b\tc,d\n")).Rows[0].Answer.ShouldBe("c,d");
        (await ReadAsync("semi.csv", "question;answer\nQ;1,5\n")).Rows[0].Answer.ShouldBe("1,5");
        (await Should.ThrowAsync<InputException>(ReadAsync("bad.csv", "a,a\n1,2\n"))).Message.ShouldContain("line 1: is not a head");
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("gb18030")]
    public async Task Other_encodings_are_recognised(string name)
    {
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        const string text = """[{"instruction": "水泵是什么？", "input": "", "output": "水泵是抽水的机器。"}]""";
        foreach (bool mark in (bool[])[true, false])
        {
            if (!mark && name == "utf-32") continue;    // without a mark nobody writes it
            await File.WriteAllBytesAsync(_folder.File("data.json"),
                [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)], TestContext.Current.CancellationToken);
            (await ReadAsync("data.json")).Rows.ShouldHaveSingleItem().Answer.ShouldBe("水泵是抽水的机器。");
        }
    }

    [Fact]
    public async Task An_encoding_that_is_not_certain_is_asked_for()
    {
        byte[] latin = Encoding.Latin1.GetBytes("""{"instruction": "Größe?", "input": "", "output": "drei Meter für größere Räume"}""");
        await File.WriteAllBytesAsync(_folder.File("data.jsonl"), latin, TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<InputException>(ReadAsync("data.jsonl"))).Message
            .ShouldEndWith("data.jsonl: line 1: is not UTF-8; save the file as UTF-8, or name its encoding where it is imported, "
                + "for instance windows-1252");
        (await ReadAsync("data.jsonl", options: new() { Encoding = "windows-1252" })).Rows[0].Question.ShouldBe("Größe?");
        (await Should.ThrowAsync<InputException>(ReadAsync("data.jsonl", options: new() { Encoding = "klingon" }))).Message
            .ShouldContain("'klingon' is not the name of an encoding");
    }

    [Fact]
    public async Task One_damaged_line_of_a_file_in_utf8_does_not_make_it_another_encoding()
    {
        byte[] good = Encoding.UTF8.GetBytes("""{"instruction": "Größe?", "output": "3"}"""),
            bad = Encoding.Latin1.GetBytes("""{"instruction": "Höhe?", "output": "2"}""");
        await File.WriteAllBytesAsync(_folder.File("data.jsonl"), [.. good, (byte)'\n', .. bad], TestContext.Current.CancellationToken);
        ImportedRows read = await ReadAsync("data.jsonl");
        read.Rows.ShouldHaveSingleItem().Question.ShouldBe("Größe?");
        (read.Skipped.ShouldHaveSingleItem().Number, read.Skipped[0].Reason).ShouldBe((2, "is not UTF-8; save the file as UTF-8"));
    }

    [Fact]
    public async Task Packed_files_and_folders_are_read_and_a_damaged_one_is_named()
    {
        Directory.CreateDirectory(_folder.File("parts"));
        await File.WriteAllTextAsync(_folder.File("parts/b.json"), """[{"instruction": "b", "output": "2"}]""",
            TestContext.Current.CancellationToken);
        await using (GZipStream gzip = new(File.Create(_folder.File("parts/a.jsonl.gz")), CompressionLevel.Fastest))
            await gzip.WriteAsync("""{"instruction": "a", "output": "1"}"""u8.ToArray(), TestContext.Current.CancellationToken);
        (await ReadAsync("parts")).Rows.Select(row => row.Question).ShouldBe(["a", "b"]);
        await File.WriteAllTextAsync(_folder.File("dataset_info.json"), """{"works": {"file_name": "parts", "num_samples": 1}}""",
            TestContext.Current.CancellationToken);
        (await ReadAsync(".")).Rows.Select(row => row.Question).ShouldBe(["a", "b"], "one of each file");
        byte[] packed = await File.ReadAllBytesAsync(_folder.File("parts/a.jsonl.gz"), TestContext.Current.CancellationToken);
        packed[12] ^= 0xFF;
        await File.WriteAllBytesAsync(_folder.File("parts/a.jsonl.gz"), packed, TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<InputException>(ReadAsync("parts"))).Message.ShouldContain("a.jsonl.gz");
    }

    [Fact]
    public async Task The_info_file_names_columns_tags_and_formats()
    {
        await File.WriteAllTextAsync(_folder.File("dataset_info.json"), """
            {"qa": {"file_name": "qa.json", "columns": {"prompt": "question", "query": "", "response": "reply"}},
             "chat": {"file_name": "chat.json", "formatting": "sharegpt", "columns": {"messages": "turns"},
                      "tags": {"role_tag": "who", "content_tag": "text", "user_tag": "u", "assistant_tag": "m"}},
             "open": {"file_name": "open.json", "formatting": "openai"},
             "raw": {"file_name": "raw.json", "columns": {"prompt": "body"}},
             "pairs": {"file_name": "pairs.json", "ranking": true, "columns": {"prompt": "q", "chosen": "good", "rejected": "bad"}}}
            """, TestContext.Current.CancellationToken);
        foreach ((string file, string text) in ((string, string)[])[
            ("qa.json", """[{"question": "a", "reply": "1", "input": "not read"}]"""),
            ("chat.json", """[{"turns": [{"who": "u", "text": "b"}, {"who": "m", "text": "2"}]}]"""),
            ("open.json", """[{"messages": [{"role": "user", "content": "c"}, {"role": "assistant", "content": "3"}]}]"""),
            ("raw.json", """[{"body": "whole text", "title": "t"}]"""),
            ("pairs.json", """[{"q": "d", "good": "4", "bad": "5"}]""")])
            await File.WriteAllTextAsync(_folder.File(file), text, TestContext.Current.CancellationToken);
        ImportedRows read = await ReadAsync(".");
        read.Rows.Select(row => (row.Question, row.Answer, row.Rejected))
            .ShouldBe([("a", "1", null), ("b", "2", null), ("c", "3", null), ("", "whole text", null), ("d", "4", "5")]);
        (await ReadAsync(".", options: new() { Datasets = ["chat"] })).Rows.ShouldHaveSingleItem().Question.ShouldBe("b");
        (await Should.ThrowAsync<InputException>(ReadAsync(".", options: new() { Datasets = ["none"] }))).Message
            .ShouldEndWith("has no dataset 'none'; it has qa, chat, open, raw, pairs");
    }

    [Fact]
    public async Task The_info_file_cannot_lead_out_of_its_folder()
    {
        await File.WriteAllTextAsync(_folder.File("dataset_info.json"), """{"a": {"file_name": "../../etc/passwd"}}""",
            TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<InputException>(ReadAsync("."))).Message.ShouldContain("leads out of the folder");
    }

    [Fact]
    public async Task Text_is_read_as_it_stands_and_divided_at_page_breaks_only()
    {
        ImportedRows read = await ReadAsync("notes.txt", "First paragraph.\r\n\r\nSecond.\r\n\f\nAnother page.\n\f\n \n");
        read.Rows.ShouldAllBe(row => row.Type == RowType.Text && row.Split == RowSplit.Train);
        read.Rows.Select(row => row.Text).ShouldBe(["First paragraph.\n\nSecond.", "Another page."]);
        string paragraph = string.Concat(Enumerable.Repeat("word ", 1_000)).TrimEnd();
        IReadOnlyList<Row> divided = (await ReadAsync("long.md", string.Join("\n\n", Enumerable.Repeat(paragraph, 9)))).Rows;
        divided.Count.ShouldBe(3);
        string.Join("\n\n", divided.Select(row => row.Text)).ShouldBe(string.Join("\n\n", Enumerable.Repeat(paragraph, 9)));
    }

    [Theory]
    [InlineData("data.json", "", "no example in it")]
    [InlineData("data.json", "milk, eggs", "no example in it")]
    [InlineData("data.jsonl", "{\"a\": 1}", "The first of 1 rows that cannot be used")]
    [InlineData("data.parquet", "PAR1nonsense", "cannot be read as Parquet")]
    [InlineData("data.txt", "a\0b", "holds bytes of zero")]
    public async Task A_file_without_examples_is_named(string name, string text, string message)
    {
        InputException refused = await Should.ThrowAsync<InputException>(ReadAsync(name, text));
        refused.Message.ShouldContain(name);
        refused.Message.ShouldContain(message);
    }

    private async Task<ImportedRows> ReadAsync(string name, string? text = null, ImportOptions? options = null)
    {
        if (text is not null) await File.WriteAllTextAsync(_folder.File(name), text, TestContext.Current.CancellationToken);
        return await DatasetImport.ReadAsync(_folder.File(name), options ?? new ImportOptions(), TestContext.Current.CancellationToken);
    }
}
