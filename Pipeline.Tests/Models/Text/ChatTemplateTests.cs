using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Text;

namespace Pipeline.Tests.Models.Text;

/// <summary>The strings of hiyouga/LLaMA-Factory, src/llamafactory/data/template.py.</summary>
public sealed class ChatTemplateTests
{
    private static readonly ChatMessage[] Conversation =
    [
        new("user", "Hi"), new("assistant", "Hello."), new("user", "Why {{content}}?"), new("assistant", "So."),
    ];

    private static HubTokenizer Phi => HubTokenizer.Load(Fixture("o200k-style"));

    private static HubTokenizer Qwen => HubTokenizer.Load(Fixture("qwen2-style"));

    [Theory]
    [InlineData("default", "Human: Hi</s>\nAssistant:Hello.</s>\nHuman: Why {{content}}?</s>\nAssistant:So.</s>\n")]
    [InlineData("empty", "HiHello.Why {{content}}?So.")]
    [InlineData("alpaca", "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
        + "### Instruction:\nHi\n\n### Response:\nHello.</s>\n\n### Instruction:\nWhy {{content}}?\n\n### Response:\nSo.</s>\n\n")]
    [InlineData("chatml", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"
        + "<|im_start|>user\nWhy {{content}}?<|im_end|>\n<|im_start|>assistant\nSo.<|im_end|>\n")]
    [InlineData("qwen", "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n"
        + "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"
        + "<|im_start|>user\nWhy {{content}}?<|im_end|>\n<|im_start|>assistant\nSo.<|im_end|>\n")]
    [InlineData("qwen2_vl", "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
        + "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"
        + "<|im_start|>user\nWhy {{content}}?<|im_end|>\n<|im_start|>assistant\nSo.<|im_end|>\n")]
    [InlineData("llama3",
        "<s><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nWhy "
        + "{{content}}?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nSo.<|eot_id|>")]
    [InlineData("phi", "<|user|>\nHi<|end|>\n<|assistant|>\nHello.<|end|>\n<|user|>\nWhy {{content}}?<|end|>\n<|assistant|>\nSo.<|end|>\n")]
    [InlineData("phi4", "<|im_start|>user<|im_sep|>Hi<|im_end|><|im_start|>assistant<|im_sep|>Hello.<|im_end|>"
        + "<|im_start|>user<|im_sep|>Why {{content}}?<|im_end|><|im_start|>assistant<|im_sep|>So.<|im_end|>")]
    [InlineData("phi4_mini", "<|user|>Hi<|end|><|assistant|>Hello.<|end|><|user|>Why {{content}}?<|end|><|assistant|>So.<|end|>")]
    [InlineData("qwen3_nothink", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n"
        + "<|im_start|>user\nWhy {{content}}?<|im_end|>\n<|im_start|>assistant\nSo.<|im_end|>\n")]
    [InlineData("mistral", "<s>[INST] Hi[/INST] Hello.</s>[INST] Why {{content}}?[/INST] So.</s>")]
    public void A_conversation_has_the_exact_text_of_the_template(string name, string text) =>
        ChatTemplate.Get(name).Render(Conversation, bos: "<s>", eos: "</s>").ShouldBe(text);

    [Theory]
    [InlineData("default", "System: Be brief.</s>\nHuman: Hi</s>\nAssistant:")]
    [InlineData("alpaca", "Be brief.### Instruction:\nHi\n\n### Response:\n")]
    [InlineData("chatml", "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("qwen2_vl", "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("llama3", "<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData("phi4_mini", "<|system|>Be brief.<|end|><|user|>Hi<|end|><|assistant|>")]
    [InlineData("qwen3_nothink", "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("mistral", "<s>[INST] Be brief.\n\nHi[/INST]")]
    public void A_system_message_stands_before_the_first_question(string name, string text)
    {
        ChatTemplate template = ChatTemplate.Get(name);
        template.Render([new("system", "Be brief."), new("user", "Hi")], bos: "<s>", eos: "</s>").ShouldBe(text);
        template.Render([new("user", "Hi")], system: "Be brief.", bos: "<s>", eos: "</s>").ShouldBe(text);
    }

    [Fact]
    public void Ids_split_at_the_answers_and_together_spell_the_text()
    {
        HubTokenizer tokenizer = Phi;
        ChatTemplate template = ChatTemplate.Get("phi4_mini");
        IReadOnlyList<(int[] Prompt, int[] Response)> turns = template.EncodeMultiTurn(tokenizer, Conversation, "Be brief.");

        turns.Select(turn => tokenizer.Decode(turn.Prompt, skipSpecialTokens: false)).ShouldBe(
            ["<|system|>Be brief.<|end|><|user|>Hi<|end|><|assistant|>", "<|user|>Why {{content}}?<|end|><|assistant|>"]);
        turns.Select(turn => tokenizer.Decode(turn.Response, skipSpecialTokens: false)).ShouldBe(["Hello.<|end|>", "So.<|end|>"]);

        (int[] prompt, int[] response) = template.EncodeOneTurn(tokenizer, Conversation, "Be brief.");
        prompt.ShouldBe([.. turns[0].Prompt, .. turns[0].Response, .. turns[1].Prompt]);
        response.ShouldBe(turns[1].Response);
        template.EncodePrompt(tokenizer, Conversation[..3], "Be brief.").ShouldBe(prompt);
    }

    [Fact]
    public void Every_slot_is_encoded_by_itself()
    {
        // "Assistant:" follows the end token, so its line break cannot merge with the question.
        HubTokenizer tokenizer = Phi;
        int eos = tokenizer.TokenToId("<|endoftext|>")!.Value;
        ChatTemplate.Get("default").EncodePrompt(tokenizer, [new("user", "Hi")])
            .ShouldBe([.. tokenizer.Encode("Human: Hi"), eos, .. tokenizer.Encode("\nAssistant:")]);
    }

    [Fact]
    public void Generation_stops_at_the_replaced_end_token_and_the_stop_words()
    {
        HubTokenizer qwen = Qwen;
        ChatTemplate.Get("chatml").StopTokenIds(qwen)
            .ShouldBe([qwen.TokenToId("<|im_end|>")!.Value, qwen.TokenToId("<|im_start|>")!.Value]);
        ChatTemplate.Get("default").StopTokenIds(qwen).ShouldBe([qwen.TokenToId("<|endoftext|>")!.Value]);
        ChatTemplate.Get("phi4_mini").EosTokenId(Phi).ShouldBe(Phi.TokenToId("<|end|>"));
    }

    [Fact]
    public void A_template_of_another_model_is_refused() =>
        Should.Throw<InputException>(() => ChatTemplate.Get("phi4_mini").StopTokenIds(Qwen))
            .Message.ShouldBe(
            "template: 'phi4_mini' ends answers with <|end|>, which the model's tokenizer lacks; choose the template of that model");

    [Fact]
    public void An_unknown_name_lists_the_known_ones() =>
        Should.Throw<InputException>(() => ChatTemplate.Get("phi4-mini")).Message
            .ShouldBe(
            $"template: 'phi4-mini' is not known; use one of {string.Join(", ", ChatTemplate.Names.Order(StringComparer.Ordinal))}");

    [Fact]
    public void Roles_out_of_turn_are_refused() =>
        Should.Throw<InputException>(() => ChatTemplate.Get("chatml").EncodePrompt(Qwen, [new("user", "a"), new("user", "b")]))
            .Message.ShouldContain("message 2 has the role 'user'; expected assistant");

    [Fact]
    public void Prompts_are_masked_and_answers_are_learned()
    {
        HubTokenizer tokenizer = Phi;
        ChatTemplate template = ChatTemplate.Get("phi4_mini");
        InstructionExample example = new("Why", "this?", "So.") { History = [("Hi", "Hello.")] };

        TokenizedExample ids = TokenizedExample.Encode(example, template, tokenizer, cutoffLength: 2048);

        tokenizer.Decode(ids.InputIds, skipSpecialTokens: false)
            .ShouldBe("<|user|>Hi<|end|><|assistant|>Hello.<|end|><|user|>Why\nthis?<|end|><|assistant|>So.<|end|>");
        tokenizer.Decode(ids.Labels.Where(label => label != TokenizedExample.Ignored), skipSpecialTokens: false)
            .ShouldBe("Hello.<|end|>So.<|end|>");
        ids.InputIds.Zip(ids.Labels).ShouldAllBe(pair => pair.Second == TokenizedExample.Ignored || pair.First == pair.Second);
    }

    [Fact]
    public void Every_answer_is_learned_or_the_last_alone_or_everything()
    {
        // LLaMA-Factory's supervised processor, key by key: nothing, mask_history, train_on_prompt.
        InstructionExample example = new("C", "", "D") { History = [("A", "B")], System = "S" };
        const string whole = "<|system|>S<|end|><|user|>A<|end|><|assistant|>B<|end|><|user|>C<|end|><|assistant|>D<|end|>";
        Learned().ShouldBe("B<|end|>D<|end|>");
        Learned(maskHistory: true).ShouldBe("D<|end|>");
        Learned(trainOnPrompt: true).ShouldBe(whole);

        string Learned(bool trainOnPrompt = false, bool maskHistory = false)
        {
            TokenizedExample ids = TokenizedExample.Encode(example, ChatTemplate.Get("phi4_mini"), Phi, 2048, trainOnPrompt, maskHistory);
            Phi.Decode(ids.InputIds, skipSpecialTokens: false).ShouldBe(whole);
            return Phi.Decode(ids.Labels.Where(label => label != TokenizedExample.Ignored), skipSpecialTokens: false);
        }
    }

    [Fact]
    public void A_conversation_that_is_too_long_loses_its_end_or_with_masked_history_its_start()
    {
        HubTokenizer tokenizer = Phi;
        ChatTemplate template = ChatTemplate.Get("phi4_mini");
        InstructionExample example = new("C", "", "D") { History = [("A", "B")] };
        int turn = template.EncodeMultiTurn(tokenizer, example.ToMessages()).Sum(t => t.Prompt.Length + t.Response.Length) / 2;

        TokenizedExample first = TokenizedExample.Encode(example, template, tokenizer, turn),
            last = TokenizedExample.Encode(example, template, tokenizer, turn, maskHistory: true);
        tokenizer.Decode(first.InputIds, skipSpecialTokens: false).ShouldBe("<|user|>A<|end|><|assistant|>B<|end|>");
        tokenizer.Decode(last.InputIds, skipSpecialTokens: false).ShouldBe("<|user|>C<|end|><|assistant|>D<|end|>");
        // One id more: as many of the other turn's as there is room for, in their order, and none learned.
        TokenizedExample more = TokenizedExample.Encode(example, template, tokenizer, turn + 1, maskHistory: true);
        tokenizer.Decode(more.InputIds, skipSpecialTokens: false).ShouldEndWith("<|user|>C<|end|><|assistant|>D<|end|>");
        more.InputIds.Length.ShouldBe(turn + 1);
        more.TargetTokens.ShouldBe(last.TargetTokens);
    }

    [Fact]
    public void Another_default_system_message_stands_in_for_the_templates_own_and_yields_to_the_examples()
    {
        ChatTemplate qwen = ChatTemplate.Get("qwen");
        ChatMessage[] ask = [new("user", "Hi")];
        qwen.WithDefaultSystem("Be brief.").Render(ask).ShouldStartWith("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi");
        qwen.WithDefaultSystem("Be brief.").Render(ask, system: "Be long.").ShouldStartWith("<|im_start|>system\nBe long.<|im_end|>");
        qwen.WithDefaultSystem("").Render(ask).ShouldStartWith("<|im_start|>user\nHi");
        qwen.WithDefaultSystem(null).Render(ask).ShouldBe(qwen.Render(ask));
        ChatTemplate.Get("llama3").WithDefaultSystem("S").Render(Conversation, bos: "<s>")
            .ShouldBe(ChatTemplate.Get("llama3").Render(Conversation, "S", bos: "<s>"));
    }

    [Theory]
    // Limits of LLaMA-Factory's infer_seqlen: short answer keeps all, short prompt keeps all, else in proportion.
    [InlineData(100, 10, 50, 40, 10)]
    [InlineData(10, 100, 50, 10, 40)]
    [InlineData(100, 100, 50, 25, 25)]
    [InlineData(30, 60, 50, 17, 33)]
    [InlineData(5, 5, 50, 5, 5)]
    public void A_long_example_is_cut_as_in_LLaMA_Factory(int prompt, int response, int limit, int keptPrompt, int keptResponse) =>
        TokenizedExample.Fit(prompt, response, limit).ShouldBe((keptPrompt, keptResponse));

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", "tokenizers", name);
}
