using Pipeline.Models;
using Pipeline.Models.Datasets;

namespace Pipeline.Tests.Models.Datasets;

public sealed class InstructionDatasetTests : IDisposable
{
    // Rows of the original work's datasets (MIT), spacing and doubled key as they are there.
    private const string Seed = """
        {"instruction": "You are an expert researcher.", "input": "What is gaze cueing?","output": "Gaze cueing refers to attention."}
        {"instruction": "You are an expert researcher.", "input": "Explain overt attention","input":"","output": "Overt attention is where people look."}
          {"instruction": "What is misdirection?","input": "","output": "A redirection of attention."}

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-dataset-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Alpaca_lines_keep_a_question_whose_key_comes_twice()
    {
        IReadOnlyList<InstructionExample> examples = Load(Seed);
        examples.Select(example => example.Question).ShouldBe(
        [
            "You are an expert researcher.\nWhat is gaze cueing?",
            "You are an expert researcher.\nExplain overt attention",
            "What is misdirection?",
        ]);
        examples[1].Output.ShouldBe("Overt attention is where people look.");
    }

    [Fact]
    public void Two_different_values_of_one_key_are_an_error() =>
        Refusal("""{"instruction": "a", "input": "b", "input": "c", "output": "d"}""")
            .ShouldContain("data.json: line 1: field 'input' comes twice with different values");

    [Fact]
    public void An_array_reads_like_lines_with_or_without_byte_order_mark()
    {
        const string array = """
            [
              {"instruction": "a", "output": "b"},
              {"instruction": "ñ", "input": null, "output": "d", "system": "s", "history": [["q", "r"]]}
            ]
            """;
        foreach (string mark in (string[])["", "\ufeff"])
        {
            IReadOnlyList<InstructionExample> examples = Load(mark + array);
            examples.Count.ShouldBe(2);
            examples[1].Question.ShouldBe("ñ");
            examples[1].System.ShouldBe("s");
            examples[1].History.ShouldBe([("q", "r")]);
        }
    }

    [Fact]
    public void Sharegpt_and_openai_messages_become_turns()
    {
        InstructionExample share = Load("""
            {"conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}, {"from": "human", "value": "c"}, {"from": "gpt", "value": "d"}]}
            """).ShouldHaveSingleItem();
        share.ShouldBe(share with { Instruction = "c", Output = "d", System = "s" });
        share.History.ShouldBe([("a", "b")]);

        InstructionExample open = Load("""{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}""")
            .ShouldHaveSingleItem();
        (open.Question, open.Output).ShouldBe(("a", "b"));
    }

    [Fact]
    public void Names_and_columns_come_from_the_info_file()
    {
        Write("qa.jsonl", """{"question": "a", "answer": "b"}""");
        Write("chat.json", """[{"turns": [{"who": "u", "text": "c"}, {"who": "m", "text": "d"}]}]""");
        Write("dataset_info.json", """
            {
              "qa": {"file_name": "qa.jsonl", "columns": {"prompt": "question", "response": "answer"}},
              "chat": {"file_name": "chat.json", "formatting": "sharegpt", "columns": {"messages": "turns"},
                       "tags": {"role_tag": "who", "content_tag": "text", "user_tag": "u", "assistant_tag": "m"}}
            }
            """);
        InstructionDataset.Load(_folder, "qa, chat").Select(example => (example.Question, example.Output))
            .ShouldBe([("a", "b"), ("c", "d")]);
        Should.Throw<InputException>(() => InstructionDataset.Load(_folder, "qb")).Message.ShouldBe(
            $"dataset: 'qb' is neither a name of dataset_info.json nor a file in {_folder}; {_folder}/dataset_info.json has qa, chat");
    }

    [Theory]
    [InlineData("3", "qa: is a number; expected an object with a file_name")]
    [InlineData("{}", "qa: has no file_name; only local files are read")]
    [InlineData("{\"file_name\": \"none.json\"}", "none.json: not found")]
    [InlineData("{\"hf_hub_url\": \"a/b\"}", "only local files are read: fetch the dataset first (./pipeline pull a/b)")]
    [InlineData("{\"file_name\": \"qa.json\", \"num_samples\": 1.5}", "qa: num_samples is 1.5; expected a whole number")]
    [InlineData("{\"file_name\": \"qa.json\", \"formatting\": \"chatml\"}",
        "qa: formatting is 'chatml'; supported are alpaca, sharegpt and openai")]
    [InlineData("{\"file_name\": \"qa.json\", \"split\": \"test\"}", "qa: split is 'test'; a file has the split train only")]
    [InlineData("{\"file_name\": \"qa.json\", \"columns\": 3}", "qa: columns is a number; expected an object")]
    [InlineData("{\"file_name\": \"qa.json\", \"ranking\": true}", "qa: ranking is true, and stage: sft does not learn from pairs")]
    [InlineData("{\"file_name\": \"qa.json\", \"columns\": {\"prompt\": \"instruction\", \"response\": \"none\"}}",
        "qa.json: no row has the column 'none', which dataset_info.json names for 'qa'; the file has instruction, output")]
    [InlineData("{\"file_name\": \"qa.json\", \"formatting\": \"openai\", \"tags\": {}}", "qa: openai needs columns.messages")]
    [InlineData("{\"file_name\": \"qa.parquet\"}", "qa.parquet: files of the kind '.parquet' are not read here")]
    public void A_wrong_entry_of_the_info_file_is_named(string entry, string message)
    {
        Write("qa.json", """{"instruction": "a", "output": "b"}""");
        Write("dataset_info.json", $$"""{"qa": {{entry}}}""");
        Should.Throw<InputException>(() => InstructionDataset.Load(_folder, "qa")).Message.ShouldContain(message);
    }

    [Fact]
    public void Numbers_and_true_or_false_are_answers_as_written_and_an_empty_one_is_kept() =>
        Load("""
            [{"instruction": "a", "output": 42}, {"instruction": "b", "output": true}, {"instruction": "c", "output": ""},]
            """).Select(example => example.Output).ShouldBe(["42", "true", ""]);

    [Fact]
    public void Text_to_continue_is_told_from_questions_by_its_column_or_by_the_info_file()
    {
        Load("""{"text": "All of it."}""").ShouldHaveSingleItem().ShouldBe(new InstructionExample("", "", "") { Text = "All of it." });
        Write("pt.jsonl", """{"body": "All of it."}""");
        Write("dataset_info.json", """{"pt": {"file_name": "pt.jsonl", "columns": {"prompt": "body"}}}""");
        InstructionDataset.Load(_folder, "pt").ShouldHaveSingleItem().Text.ShouldBe("All of it.");
        Load("""{"instruction": "a", "output": "b", "text": "not read"}""").ShouldHaveSingleItem().Text.ShouldBeNull();
    }

    [Fact]
    public void A_missing_folder_or_info_file_is_named()
    {
        string none = Path.Combine(_folder, "none");
        Should.Throw<InputException>(() => InstructionDataset.Load(none, "qa")).Message
            .ShouldBe($"dataset_dir: there is no folder {none}; name the one that holds dataset_info.json or the files");
        Should.Throw<InputException>(() => InstructionDataset.Load(_folder, "qa")).Message
            .ShouldBe(
            $"dataset: 'qa' is neither a name of dataset_info.json nor a file in {_folder}; there is no {_folder}/dataset_info.json");
        Write("dataset_info.json", "{\n oops");
        Should.Throw<InputException>(() =>
            InstructionDataset.Load(_folder, "qa")).Message.ShouldStartWith($"{_folder}/dataset_info.json: line 2: not JSON");
    }

    [Theory]
    [InlineData(new byte[] { 0xE9 }, "data.json: line 2: is not UTF-8; save the file as UTF-8")]
    [InlineData(new byte[] { (byte)'\\', (byte)'u', (byte)'d', (byte)'8', (byte)'0', (byte)'0' },
        "data.json: line 2: holds a \\u escape that is half of a character; write the character itself")]
    public void Text_that_is_no_text_is_named(byte[] bad, string message)
    {
        File.WriteAllBytes(Path.Combine(_folder, "data.json"),
            [.. "{\"instruction\": \"a\", \"output\": \"b\"}\n{\"instruction\": \"c\", \"output\": \""u8, .. bad, .. "\"}\n"u8]);
        Should.Throw<InputException>(() => InstructionDataset.Load(Path.Combine(_folder, "data.json"))).Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("{\"instruction\": \"a\", \"output\": \"b\"}\n{\"instruction\": \"a\"}", "line 2: field 'output' is missing")]
    [InlineData("{\"instruction\": \"\", \"output\": \"b\"}", "line 1: field 'instruction' is missing or empty, and so is 'input'")]
    [InlineData("{\"instruction\": \"a\", \"output\": null}", "line 1: field 'output' is missing")]
    [InlineData("{\"instruction\": \"a\", \"output\": {}}", "line 1: field 'output' is an object; expected text")]
    [InlineData("{\"instruction\": \"a\", \"output\": \"b\", \"label\": false}", "field 'label' says whether the answer is wanted")]
    [InlineData("{\"instruction\": \"a\", \"output\": \"b\", \"kto_tag\": true}", "field 'kto_tag' says whether the answer is wanted")]
    [InlineData("{\"instruction\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}", "field 'chosen' makes it a preference row")]
    [InlineData("{\"instruction\": \"a\", \"output\": \"b\", \"images\": [\"a.png\"]}",
        "field 'images' is not empty, and the trainer learns text only")]
    [InlineData("{\"text\": \"\"}", "field 'text' is missing or empty")]
    [InlineData("{\"instruction\": \"a\", \"output\": \"b\"}\n\n{\"instruction\": \"a\", \"outp", "line 3: not JSON")]
    [InlineData("[\n{\"instruction\": \"a\", \"output\": \"b\"},\n{\"instruction\": \"a\"}\n]", "line 3: field 'output' is missing")]
    [InlineData("[\n{\"instruction\": \"a\",\n oops}\n]", "line 3: not JSON")]
    [InlineData("[\"a\"]", "line 1: is a text; expected an object")]
    [InlineData("  \n", "holds no examples")]
    [InlineData("{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}]}", "field 'conversations' must end with an answer of 'gpt'")]
    [InlineData("{\"conversations\": [{\"from\": \"gpt\", \"value\": \"a\"}]}", "has message 1 from 'gpt'; expected 'human'")]
    [InlineData("{\"instruction\": \"a\", \"output\": \"b\", \"history\": [[\"c\"]]}",
        "field 'history' has a turn 1 that is not a [question, answer] pair")]
    public void A_bad_row_is_named_by_file_line_and_field(string text, string message)
    {
        string refusal = Refusal(text);
        refusal.ShouldContain(message);
        refusal.ShouldContain("data.json");
    }

    [Fact]
    public void A_character_escaped_in_two_halves_is_read() =>
        Load("""{"instruction": "a", "output": "\ud83d\ude00"}""").ShouldHaveSingleItem().Output.ShouldBe("😀");

    [Fact]
    public void A_missing_file_is_named() =>
        Should.Throw<InputException>(() => InstructionDataset.Load(Path.Combine(_folder, "none.jsonl"))).Message
            .ShouldContain("none.jsonl: not found");

    private IReadOnlyList<InstructionExample> Load(string text) => InstructionDataset.Load(Write("data.json", text));

    private string Refusal(string text) => Should.Throw<InputException>(() => Load(text)).Message;

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
