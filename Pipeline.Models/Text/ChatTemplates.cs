using Pipeline.Models.Text.Tools;

namespace Pipeline.Models.Text;

/// <summary>
/// The templates under LLaMA-Factory's names with its strings, so that an adapter trained there answers here and vice versa.
/// Reference: hiyouga/LLaMA-Factory, src/llamafactory/data/template.py.
/// </summary>
internal static class ChatTemplates
{
    public static IReadOnlyDictionary<string, ChatTemplate> All { get; } = new ChatTemplate[]
    {
        new("default")
        {
            User = ["Human: {{content}}", TemplateSlot.Eos, "\nAssistant:"],
            Assistant = ["{{content}}", TemplateSlot.Eos, "\n"],
            System = ["System: {{content}}", TemplateSlot.Eos, "\n"],
        },
        new("empty") { Assistant = ["{{content}}"] },
        new("alpaca")
        {
            User = ["### Instruction:\n{{content}}\n\n### Response:\n"],
            Assistant = ["{{content}}", TemplateSlot.Eos, "\n\n"],
            DefaultSystem = "Below is an instruction that describes a task. "
                + "Write a response that appropriately completes the request.\n\n",
        },
        ChatMl("chatml") with
        {
            Observation = ["<|im_start|>tool\n{{content}}<|im_end|>\n<|im_start|>assistant\n"],
            StopWords = ["<|im_end|>", "<|im_start|>"],
            ReplaceEos = true,
        },
        Qwen("qwen") with { DefaultSystem = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant." },
        Qwen("qwen2_vl") with { DefaultSystem = "You are a helpful assistant." },
        Qwen("qwen3_nothink"),
        new("mistral")
        {
            Prefix = [TemplateSlot.Bos],
            User = ["[INST] {{content}}[/INST]"],
            Assistant = [" {{content}}", TemplateSlot.Eos],
            System = ["{{content}}\n\n"],
            Observation = ["[TOOL_RESULTS] {\"content\": {{content}}}[/TOOL_RESULTS]"],
            Function = ["[TOOL_CALLS] {{content}}", TemplateSlot.Eos],
            Tools = ToolFormat.Get("mistral"),
            IsSystemInQuestion = true,
        },
        new("llama3")
        {
            Prefix = [TemplateSlot.Bos],
            User =
            [
                "<|start_header_id|>user<|end_header_id|>\n\n{{content}}<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n",
            ],
            Assistant = ["{{content}}<|eot_id|>"],
            System = ["<|start_header_id|>system<|end_header_id|>\n\n{{content}}<|eot_id|>"],
            Observation =
            [
                "<|start_header_id|>ipython<|end_header_id|>\n\n{{content}}<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n",
            ],
            Function = ["{{content}}<|eot_id|>"],
            Tools = ToolFormat.Get("llama3"),
            StopWords = ["<|eot_id|>", "<|eom_id|>"],
            ReplaceEos = true,
        },
        Phi("phi"),
        new("phi4")
        {
            User = ["<|im_start|>user<|im_sep|>{{content}}<|im_end|><|im_start|>assistant<|im_sep|>"],
            Assistant = ["{{content}}<|im_end|>"],
            System = ["<|im_start|>system<|im_sep|>{{content}}<|im_end|>"],
            StopWords = ["<|im_end|>"],
            ReplaceEos = true,
        },
        new("phi4_mini")
        {
            User = ["<|user|>{{content}}<|end|><|assistant|>"],
            Assistant = ["{{content}}<|end|>"],
            System = ["<|system|>{{content}}<|end|>"],
            ToolsAsGiven = "<|tool|>{{content}}<|/tool|>",
            StopWords = ["<|end|>"],
            ReplaceEos = true,
        },
        Phi("phi_small"),
        Qwen("qwen3") with { Thinks = true },
        ChatMl("smollm"),
        ChatMl("smollm2") with { DefaultSystem = "You are a helpful AI assistant named SmolLM, trained by Hugging Face." },
        new("deepseek3") { Prefix = [TemplateSlot.Bos], User = ["<｜User｜>{{content}}<｜Assistant｜>"] },
        new("deepseekr1") { Prefix = [TemplateSlot.Bos], User = ["<｜User｜>{{content}}<｜Assistant｜>"], Thinks = true },
        new("fewshot") { Assistant = ["{{content}}\n\n"], EndsOnce = true },
        Gemma("gemma") with { StopWords = ["<end_of_turn>"], ReplaceEos = true },
        Gemma("gemma2") with { StopWords = ["<eos>", "<end_of_turn>"], EndsOnce = true },
        Llama2("llama2"),
        Llama2("llama2_zh") with { DefaultSystem = "You are a helpful assistant. 你是一个乐于助人的助手。" },
        new("mistral_small")
        {
            Prefix = [TemplateSlot.Bos],
            User = ["[INST]{{content}}[/INST]"],
            System = ["[SYSTEM_PROMPT]{{content}}[/SYSTEM_PROMPT]"],
            Observation = ["[TOOL_RESULTS]{\"content\": {{content}}}[/TOOL_RESULTS]"],
            Function = ["[TOOL_CALLS]{{content}}", TemplateSlot.Eos],
            Tools = ToolFormat.Get("mistral"),
        },
        new("deepseek")
        {
            Prefix = [TemplateSlot.Bos],
            User = ["User: {{content}}\n\nAssistant:"],
            System = ["{{content}}\n\n"],
        },
        new("openchat")
        {
            Prefix = [TemplateSlot.Bos],
            User = ["GPT4 Correct User: {{content}}", TemplateSlot.Eos, "GPT4 Correct Assistant:"],
        },
        new("solar")
        {
            User = ["### User:\n{{content}}\n\n### Assistant:\n"],
            Assistant = ["{{content}}"],
            System = ["### System:\n{{content}}\n\n"],
            EndsOnce = true,
        },
        ChatMl("yi"),
        new("zephyr")
        {
            User = ["<|user|>\n{{content}}", TemplateSlot.Eos, "<|assistant|>\n"],
            System = ["<|system|>\n{{content}}", TemplateSlot.Eos],
            DefaultSystem = "You are Zephyr, a helpful assistant.",
        },
        new("vicuna")
        {
            User = ["USER: {{content}} ASSISTANT:"],
            DefaultSystem = "A chat between a curious user and an artificial intelligence assistant. "
                + "The assistant gives helpful, detailed, and polite answers to the user's questions.",
        },
    }.ToDictionary(template => template.Name, StringComparer.Ordinal);

    private static ChatTemplate ChatMl(string name) => new(name)
    {
        User = ["<|im_start|>user\n{{content}}<|im_end|>\n<|im_start|>assistant\n"],
        Assistant = ["{{content}}<|im_end|>\n"],
        System = ["<|im_start|>system\n{{content}}<|im_end|>\n"],
        StopWords = ["<|im_end|>"],
    };

    private static ChatTemplate Qwen(string name) => ChatMl(name) with
    {
        Observation = ["<|im_start|>user\n<tool_response>\n{{content}}\n</tool_response><|im_end|>\n<|im_start|>assistant\n"],
        Function = ["{{content}}<|im_end|>\n"],
        Tools = ToolFormat.Get("qwen"),
        ReplaceEos = true,
    };

    private static ChatTemplate Phi(string name) => new(name)
    {
        User = ["<|user|>\n{{content}}<|end|>\n<|assistant|>\n"],
        Assistant = ["{{content}}<|end|>\n"],
        System = ["<|system|>\n{{content}}<|end|>\n"],
        StopWords = ["<|end|>"],
        ReplaceEos = true,
    };

    private static ChatTemplate Gemma(string name) => new(name)
    {
        Prefix = [TemplateSlot.Bos],
        User = ["<start_of_turn>user\n{{content}}<end_of_turn>\n<start_of_turn>model\n"],
        Assistant = ["{{content}}<end_of_turn>\n"],
        System = ["{{content}}\n\n"],
        Observation = ["<start_of_turn>tool\n{{content}}<end_of_turn>\n<start_of_turn>model\n"],
        IsSystemInQuestion = true,
    };

    private static ChatTemplate Llama2(string name) => new(name)
    {
        User = [TemplateSlot.Bos, "[INST] {{content}} [/INST]"],
        System = ["<<SYS>>\n{{content}}\n<</SYS>>\n\n"],
        IsSystemInQuestion = true,
    };
}
