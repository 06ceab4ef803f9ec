using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Text;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests.Models.Training;

public sealed class TrainingDataTests
{
    private static readonly HubTokenizer Tokenizer = HubTokenizer.Load(Path.Combine(GoldenFiles.Root, "phi4-tiny"));
    private static readonly ChatTemplate Template = ChatTemplate.Get("alpaca");

    [Fact]
    public void Prompts_are_masked_and_answers_are_not()
    {
        TrainingData data = Prepare(new TrainingArguments(), [new InstructionExample("What?", "", "This.")]);
        TokenizedExample example = data.Train.ShouldHaveSingleItem();
        int targets = example.Labels.Count(l => l != TokenizedExample.Ignored);
        example.Labels.Take(example.Labels.Length - targets).ShouldAllBe(l => l == TokenizedExample.Ignored);
        Tokenizer.Decode(example.InputIds[^targets..]).Trim().ShouldBe("This.");
        TrainingBatch.CountTargets(example).ShouldBe(targets);
    }

    [Fact]
    public void The_held_out_part_shares_nothing_with_the_rest_and_is_the_same_every_time()
    {
        using TemporaryFolder folder = new();
        File.WriteAllLines(folder.File("d.jsonl"), Enumerable.Range(0, 20)
            .Select(i => $$"""{"instruction": "question {{i}}", "output": "answer {{i}}"}"""));
        TrainingArguments arguments = new() { DatasetDir = folder.Path, Dataset = ["d.jsonl"], ValSize = 0.25 };
        TrainingData data = TrainingData.Load(arguments, Tokenizer, Template, 256);
        (data.Train.Count, data.Eval.Count).ShouldBe((15, 5));
        data.Train.Concat(data.Eval).Select(e => string.Join(' ', e.InputIds)).Distinct().Count().ShouldBe(20);
        TrainingData.Load(arguments, Tokenizer, Template, 256).Hash.ShouldBe(data.Hash);
        TrainingData.Load(arguments with { Seed = 1 }, Tokenizer, Template, 256).Hash.ShouldNotBe(data.Hash);
        TrainingData.Load(arguments with { ValSize = 3 }, Tokenizer, Template, 256).Eval.Count.ShouldBe(3);
        Should.Throw<InputException>(() => TrainingData.Load(arguments with { ValSize = 20 }, Tokenizer, Template, 256))
            .Message.ShouldBe("val_size: 20 of 20 examples leaves none to train on; give more examples or a smaller val_size");
    }

    [Fact]
    public void Examples_without_an_answer_token_are_left_out_with_a_warning()
    {
        TrainingData data = TrainingData.Prepare(new TrainingArguments { CutoffLen = 16 }, Tokenizer, ChatTemplate.Get("empty"), 64,
            [new InstructionExample("a", "", "b"), new InstructionExample("c", "", "")], []);
        data.Train.Count.ShouldBe(1);
        data.Warnings.ShouldBe(["1 of 2 training examples have no answer token within cutoff_len 16 and are left out",
            "1 of 2 training rows have an empty answer; the end of the answer is learned from them"]);
    }

    [Fact]
    public void Text_is_learned_whole_without_a_template_in_pieces_beside_masked_questions()
    {
        string text = string.Concat(Enumerable.Repeat("The pump moves water. ", 40)).TrimEnd() + " <|end|>";
        TrainingData data = TrainingData.Prepare(new TrainingArguments { CutoffLen = 48 }, Tokenizer, Template, 64,
            [new InstructionExample("", "", "") { Text = text }, new InstructionExample("What?", "", "This.")], []);
        TokenizedExample[] pieces = [.. data.Train.SkipLast(1)];
        int[] whole = Tokenizer.Encode(text, allowSpecialTokens: false);
        pieces.SelectMany(piece => piece.InputIds).ShouldBe(whole, "nothing is cut off, and control tokens stay text");
        pieces.ShouldAllBe(piece => piece.Labels.SequenceEqual(piece.InputIds));
        pieces.Max(piece => piece.InputIds.Length).ShouldBeLessThanOrEqualTo(48);
        (pieces.Max(piece => piece.InputIds.Length) - pieces.Min(piece => piece.InputIds.Length)).ShouldBeLessThanOrEqualTo(1);
        data.Train[^1].Labels[0].ShouldBe(TokenizedExample.Ignored);
        data.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void The_token_that_a_tokenizer_puts_before_a_text_stands_before_its_first_piece_only()
    {
        using TemporaryFolder folder = new();
        string own = Path.Combine(GoldenFiles.Root, "phi4-tiny", "tokenizer.json");
        string first = Tokenizer.Decode([Tokenizer.TokenToId("<|endoftext|>") ?? 0], skipSpecialTokens: false);
        System.Text.Json.Nodes.JsonNode json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(own))!;
        json["post_processor"] = System.Text.Json.Nodes.JsonNode.Parse($$$"""
            {"type": "Sequence", "processors": [{"type": "ByteLevel"}, {"type": "TemplateProcessing", "single":
              [{"SpecialToken": {"id": "{{{first}}}", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]}]}
            """);
        File.WriteAllText(folder.File("tokenizer.json"), json.ToJsonString());
        HubTokenizer leading = HubTokenizer.Load(folder.Path);
        leading.LeadingTokenId.ShouldBe(leading.TokenToId(first));
        TokenizedExample[] pieces = [.. TokenizedExample.Continuations("one two three four five six seven", leading, 4,
            leading.LeadingTokenId)];
        pieces[0].InputIds[0].ShouldBe(leading.LeadingTokenId!.Value);
        pieces.SelectMany(piece => piece.InputIds).Count(id => id == leading.LeadingTokenId).ShouldBe(1);
        Tokenizer.LeadingTokenId.ShouldBeNull("a first token that is only named stands before nothing");
    }

    [Fact]
    public void A_cut_off_beyond_the_models_positions_is_lowered_with_a_warning()
    {
        TrainingData data = TrainingData.Prepare(new TrainingArguments { CutoffLen = 4096 }, Tokenizer, Template, 64,
            [new InstructionExample(string.Concat(Enumerable.Repeat("why ", 400)), "", "so")], []);
        data.Train[0].InputIds.Length.ShouldBeLessThanOrEqualTo(64);
        data.Warnings.ShouldHaveSingleItem().ShouldBe("cutoff_len: 4096 is more than the 64 positions of the model; 64 is used");
    }

    [Fact]
    public void An_empty_split_is_an_error()
    {
        Should.Throw<InputException>(() => Prepare(new TrainingArguments(), [])).Message
            .ShouldBe("dataset: the training split is empty; give more examples or a smaller val_size");
        InstructionExample good = new("a", "", "b"), bad = new("a", "", "");
        ChatTemplate silent = ChatTemplate.Get("empty");
        Should.Throw<InputException>(() => TrainingData.Prepare(new TrainingArguments(), Tokenizer, silent, 64, [bad], [])).Message
            .ShouldBe("cutoff_len: the training split is empty: none of its 1 examples has an answer token within 64; raise cutoff_len");
        Should.Throw<InputException>(() => TrainingData.Prepare(new TrainingArguments(), Tokenizer, silent, 64, [good], [bad, bad])).Message
            .ShouldBe("cutoff_len: the evaluation split is empty: none of its 2 examples has an answer token within 64; raise cutoff_len");
    }

    [Fact]
    public void A_number_of_samples_is_meant_for_each_dataset()
    {
        using TemporaryFolder folder = new();
        foreach (string name in (string[])["a.jsonl", "b.jsonl", "c.jsonl"])
            File.WriteAllLines(folder.File(name), Enumerable.Range(0, 5)
                .Select(i => $$"""{"instruction": "{{name}} {{i}}", "output": "x"}"""));
        TrainingData data = TrainingData.Load(
            new TrainingArguments
            {
                DatasetDir = folder.Path,
                Dataset = ["a.jsonl", "b.jsonl"],
                EvalDataset = ["c.jsonl"],
                MaxSamples = 2
            }, Tokenizer, Template, 256);
        (data.Train.Count, data.Eval.Count).ShouldBe((4, 2));
        Tokenizer.Decode(data.Train[2].InputIds).ShouldContain("b.jsonl 0");
    }

    [Fact]
    public void What_is_learned_of_a_conversation_follows_the_keys()
    {
        InstructionExample example = new("Why?", "", "So.") { History = [("Hi", "Hello.")], System = "Be brief." };
        TrainingArguments arguments = new();
        Learned(arguments).ShouldBe("Hello.So.");
        Learned(arguments with { MaskHistory = true }).ShouldBe("So.");
        Learned(arguments with { TrainOnPrompt = true }).ShouldBe("Be brief.HiHello.Why?So.");

        string Learned(TrainingArguments a)
        {
            TokenizedExample encoded = TrainingData.Prepare(a, Tokenizer, ChatTemplate.Get("empty"), 256, [example],
                []).Train.ShouldHaveSingleItem();
            Tokenizer.Decode(encoded.InputIds).ShouldBe("Be brief.HiHello.Why?So.", "what is read does not depend on what is learned");
            return Tokenizer.Decode(encoded.Labels.Where(label => label != TokenizedExample.Ignored));
        }
    }

    private static TrainingData Prepare(TrainingArguments arguments, IReadOnlyList<InstructionExample> examples) =>
        TrainingData.Prepare(arguments, Tokenizer, Template, 4096, examples, []);
}
