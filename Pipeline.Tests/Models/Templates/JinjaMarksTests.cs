using System.Text.Json;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;

namespace Pipeline.Tests.Models.Templates;

/// <summary>Real chat templates and what transformers renders with them.</summary>
public sealed class JinjaMarksTests
{
    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFiles.Root, "chat-templates", "cases.json"))).RootElement;

    public static TheoryData<string> Templates => [.. Golden.GetProperty("templates").EnumerateObject().Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_recognised_template_writes_what_the_models_own_writes_or_says_that_it_does_not(string name)
    {
        JsonElement own = Golden.GetProperty("templates").GetProperty(name);
        if (JinjaMarks.Recognize(own.GetProperty("template").GetString()!, hasBos: own.GetProperty("bos_token").GetString() is "<s>")
            is not { } known)
            return;
        bool same = Golden.GetProperty("histories").EnumerateArray().Where(IsPlain).All(history =>
            own.GetProperty("cases").GetProperty(history.GetProperty("name").GetString()!).GetProperty("text").GetString()
                == Render(known.Name, history, own));
        (known.Difference is null).ShouldBe(same, $"{name} is taken for {known.Name}, difference: {known.Difference}");
    }

    [Theory]
    [InlineData("qwen3", "chatml", null)]
    [InlineData("own-phi4-form", "phi4_mini", null)]
    [InlineData("own-qwen2vl-form", "qwen2_vl", null)]
    [InlineData("smollm2", "chatml",
        "where no system message is given it writes its own (\"You are a helpful AI assistant named SmolLM, trained by Hugging Face\")")]
    public void Real_templates_are_recognised(string name, string expected, string? difference)
    {
        JinjaMarks.Known known = JinjaMarks.Recognize(
            Golden.GetProperty("templates").GetProperty(name).GetProperty("template").GetString()!, hasBos: false).ShouldNotBeNull();
        (known.Name, known.Difference).ShouldBe((expected, difference));
    }

    // As the models' tokenizer_config.json have them, shortened where tools are described.
    [Theory]
    [InlineData("{% for message in messages %}{% if message['role'] == 'system' %}{{'<|system|>\\n' + message['content'] + '<|end|>\\n'}}"
        + "{% elif message['role'] == 'user' %}{{'<|user|>\\n' + message['content'] + '<|end|>\\n'}}{% elif message['role'] == "
        + "'assistant' %}"
        + "{{'<|assistant|>\\n' + message['content'] + '<|end|>\\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ "
        + "'<|assistant|>\\n' }}{% endif %}", "phi")]
    [InlineData(
        "{% for message in messages %}{% if (message['role'] == 'user') %}{{'<|user|>' + '\\n' + message['content'] + '<|end|>' + '\\n' + "
        + "'<|assistant|>'"
        + " + '\\n'}}{% elif (message['role'] == 'assistant') %}{{message['content'] + '<|end|>' + '\\n'}}{% endif %}{% endfor %}", "phi")]
    [InlineData("{% for message in messages %}{% if message['role'] == 'system' and 'tools' in message and message['tools'] is not none %}"
        + "{{ '<|' + message['role'] + '|>' + message['content'] + '<|tool|>' + message['tools'] + '<|/tool|>' + '<|end|>' }}{% else %}"
        + "{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}"
        + "{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}", "phi4_mini")]
    [InlineData(
        "{% for message in messages %}{% if (message['role'] == 'system') %}{{'<|im_start|>system<|im_sep|>' + message['content'] + "
        + "'<|im_end|>'}}"
        + "{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}", "phi4")]
    [InlineData(
        "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + "
        + "'<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}{{ content }}{% endfor %}", "llama3")]
    [InlineData(
        "{%- if tools %}\n    {{- '<|im_start|>system\\n' }}\n    {%- if messages[0]['role'] == 'system' %}\n        {{- "
        + "messages[0]['content'] }}\n"
        + "    {%- else %}\n        {{- 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.' }}\n    {%- endif %}\n"
        + "    {{- \"\\n\\n# Tools\\n\\nYou may call one or more functions to assist with the user query.\" }}\n{%- else %}\n"
        + "        {{- '<|im_start|>system\\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\\n' }}\n{%- "
        + "endif %}", "qwen")]
    [InlineData(
        "{% set system_message = 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.' %}{% if messages[0]['role'] == "
        + "'system' %}"
        + "{% set system_message = messages[0]['content'] %}{% endif %}{{ '<|im_start|>system\\n' + system_message + '<|im_end|>\\n' }}",
        "qwen")]
    [InlineData(
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}", "chatml")]
    public void The_templates_of_the_families_are_recognised_without_a_difference(string jinja, string expected) =>
        JinjaMarks.Recognize(jinja, hasBos: false).ShouldBe(new JinjaMarks.Known(expected, null));

    [Fact]
    public void What_the_models_own_has_more_is_told()
    {
        const string ChatMl =
            "{{ bos_token }}{% for m in messages %}{{'<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n'}}{% endfor %}";
        JinjaMarks.Recognize(ChatMl, hasBos: true)!.Value.Difference.ShouldBe("it begins with the tokenizer's first token");
        JinjaMarks.Recognize(ChatMl, hasBos: false)!.Value.Difference.ShouldBeNull();
        JinjaMarks.Recognize("{{'<|start_header_id|>system<|end_header_id|>\\n\\nToday Date: ' + date + '<|eot_id|>'}}",
            hasBos: true)!.Value
            .ShouldBe(new JinjaMarks.Known("llama3", "it writes dates into every system message"));
    }

    [Theory]
    // Zephyr
    [InlineData("{% for m in messages %}{{'<|user|>\\n' + m['content'] + eos_token + '<|assistant|>\\n'}}{% endfor %}")]
    // Gemma
    [InlineData("{% for m in messages %}{{ '<start_of_turn>' + m['role'] + '\\n' + m['content'] + '<end_of_turn>\\n' }}{% endfor %}")]
    // gpt-oss
    [InlineData("{{ '<|start|>' + m.role + '<|message|>' + m.content + '<|end|>' }}")]
    // Llama 2
    [InlineData("{{ '[INST] <<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' + m.content + ' [/INST]' }}")]
    [InlineData("")]
    public void Templates_of_other_models_are_none_of_ours(string jinja) => JinjaMarks.Recognize(jinja, hasBos: true).ShouldBeNull();

    // Questions and answers in turn, as the named templates know them.
    private static bool IsPlain(JsonElement history) => history.GetProperty("name").GetString() is "user" or "system" or "turns";

    private static string Render(string name, JsonElement history, JsonElement own) => ChatTemplate.Get(name).Render(
        [.. history.GetProperty("messages").EnumerateArray()
            .Select(m => new ChatMessage(m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!))],
        bos: own.GetProperty("bos_token").GetString() ?? "", eos: own.GetProperty("eos_token").GetString() ?? "");
}
